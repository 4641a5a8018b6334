/* SPDX-License-Identifier: MIT */
/*
 * What a request-target, a Host and a path are, read a second time: byte by byte along the ABNF of RFC 3986, by someone who has
 * not looked at the library. Signatures and results are those of <fluxo/target.h>, so that both can be asked the same.
 */
#ifndef FUZZ_TARGET_MODEL_H
#define FUZZ_TARGET_MODEL_H

#include <fluxo/target.h>

int model_authority_split(struct fluxo_span value, struct fluxo_authority *out, size_t *at);
int model_target_split(enum fluxo_method method, struct fluxo_span target, struct fluxo_target *out);

/* `target` as this model has split it. Negative: a misuse, whichever. */
int model_target_reconcile(const struct fluxo_target *target, const struct fluxo_span *host, struct fluxo_span own_name,
                           unsigned flags, struct fluxo_uri *out);

/* `memory` has 2 * path.length octets, and does not overlap the path. */
int model_path_normalise(struct fluxo_span path, unsigned keep, char *memory, struct fluxo_path *out);

#endif
