# SPDX-License-Identifier: MIT
#
# What the rules of grammar/relaxed.rl require: the bit, or else the error is that of the strict machine.

%%{
    machine fluxo_require;

    action require_raw_target           { pe = fluxo_require_in_value(run, p, pe, FLUXO_RELAX_RAW_TARGET, FLUXO_ERR_TARGET); }
    action require_target_obs_text      { pe = fluxo_require_in_value(run, p, pe, FLUXO_RELAX_TARGET_OBS_TEXT, FLUXO_ERR_TARGET); }
    action require_bare_percent         { pe = fluxo_require_in_value(run, p, pe, FLUXO_RELAX_BARE_PERCENT, FLUXO_ERR_TARGET); }
    action require_bare_LF              { pe = fluxo_require(run, p, pe, FLUXO_RELAX_BARE_LF, FLUXO_ERR_LF_WITHOUT_CR); }
    action require_start_line_spaces    { pe = fluxo_require_spaces(run, p, pe); }
    action require_status_without_space {
        pe = fluxo_require(run, p, pe, FLUXO_RELAX_STATUS_WITHOUT_SPACE, FLUXO_ERR_STATUS_CODE);
    }
    action require_space_before_colon   { pe = fluxo_require_space_before_colon(run, p, pe); }
    action require_obs_fold {
        pe = fluxo_require_unless_steering(run, p, pe, FLUXO_RELAX_OBS_FOLD, FLUXO_ERR_OBS_FOLD);
    }
    action require_value_controls {
        pe = fluxo_require_unless_steering(run, p, pe, FLUXO_RELAX_VALUE_CONTROLS, FLUXO_ERR_FIELD_VALUE);
    }
    action require_equal_lengths        { pe = fluxo_require_in_value(run, p, pe, FLUXO_RELAX_EQUAL_LENGTHS, FLUXO_ERR_CONTENT_LENGTH); }
}%%
