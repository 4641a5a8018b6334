/* SPDX-License-Identifier: MIT */
/*
 * The reference model: what a stream of messages says, read as the standard tells it and as slowly as it likes.
 *
 * It shares no code with the parser, only the vocabulary of <fluxo/parser.h>. It is given the whole input at once, and reads
 * as the parser in whole mode must, however the input is cut.
 */
#ifndef FUZZ_ORACLE_MODEL_H
#define FUZZ_ORACLE_MODEL_H

#include "reading.h"

#include <fluxo/parser.h>

/* `answers`: the method that every response answers. The records stay the model's, and last until its next reading. */
void model_read(struct reading *reading, enum fluxo_kind kind, const struct fluxo_options *options, enum fluxo_method answers,
                const void *bytes, size_t length);

/* The nth final response answers the nth of `count` methods, those after the last one too the last; `count` is 1 or more. */
void model_read_answers(struct reading *reading, enum fluxo_kind kind, const struct fluxo_options *options,
                        const enum fluxo_method *answers, size_t count, const void *bytes, size_t length);

/* What is known of each message of the last reading whose start-line was read, in their order: the start-line's facts, and the
   others if its HEAD was reached. `length` is 0 unless the framing is LENGTH. They last as long as the records. */
const struct fluxo_facts *model_facts(size_t *count);

#endif
