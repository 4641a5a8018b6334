# SPDX-License-Identifier: MIT
#
# What the rules of grammar/relaxed.rl require, where the parser has already judged: nothing, but it is noted.

%%{
    machine fluxo_note;

    action require_raw_target           { target->relaxed |= FLUXO_RELAX_RAW_TARGET; }
    action require_target_obs_text      { target->relaxed |= FLUXO_RELAX_TARGET_OBS_TEXT; }
    action require_bare_percent         { target->relaxed |= FLUXO_RELAX_BARE_PERCENT; }

    # In no target
    action require_bare_LF              { }
    action require_start_line_spaces    { }
    action require_status_without_space { }
    action require_space_before_colon   { }
    action require_obs_fold             { }
    action require_value_controls       { }
    action require_equal_lengths        { }
}%%
