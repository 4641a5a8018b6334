# SPDX-License-Identifier: MIT
#
# RFC 3986 3.3, 3.4: the octets of a path and of a query, with what may be let pass. For the machine that checks a target and
# for the one that splits it.

%%{
    machine fluxo_path;

    # Escapes aside; what follows a percent sign that begins no escape cannot be a HEXDIG
    path_octet   = ( unreserved | sub_delims | ":" | "@" | "/" ) $pass_over | relaxed_raw_target | relaxed_target_obs_text;
    query_octet  = path_octet | "?" | relaxed_raw_query;
    path_octets  = ( path_octet | pct_encoded | relaxed_bare_percent+ ( path_octet - HEXDIG | pct_encoded ) )*
                   relaxed_bare_percent*;
    query_octets = ( query_octet | pct_encoded | relaxed_bare_percent+ ( query_octet - HEXDIG | pct_encoded ) )*
                   relaxed_bare_percent*;
}%%
