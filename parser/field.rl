# SPDX-License-Identifier: MIT
#
# RFC 9112 5: field lines, as heads and trailer sections have them; once more, with what is to be done.

%%{
    machine fluxo_field;
    include fluxo_require "require.rl";
    include relaxed "grammar/relaxed.rl";

    action mark_name   { pe = fluxo_mark_name(run, p); }
    action end_name    { pe = fluxo_end_name(run, p); }
    action mark_fold   { pe = fluxo_mark_fold(run, p); }
    action mark_value  { pe = fluxo_mark_value(run, p); p = fluxo_go_through_value(run, p, pe); }
    action end_value   { pe = fluxo_end_value(run, p); }
    # where a line begins the lane may leave, or take up: only what is asked for has a number in the generated code
    action emit_line   { pe = fluxo_emit_line(run, p); (void)fentry(lines); (void)fentry(next); }

    action fail_field_name  { fluxo_fail_name(run, p); }
    action fail_field_value { fluxo_fail(run, p, FLUXO_ERR_FIELD_VALUE); }
    action fail_LF          { fluxo_fail(run, p, FLUXO_ERR_CR_WITHOUT_LF); }

    the_CRLF        = CR ( LF >!fail_LF ) | relaxed_bare_LF;
    the_field_name  = ( ( field_name >mark_name %end_name ) relaxed_space_before_colon? ) $!fail_field_name;

    # `>` on what may be empty would fire on the byte after it too, so a mark hangs on what is not empty. An outer `>` comes
    # before an inner one, so what follows a require is `@`.
    value_octet     = field_vchar | relaxed_value_control;
    the_value       = ( value_octet ( ( SP | HTAB | value_octet )* value_octet )? ) >mark_value;
    the_field_value = ( OWS the_value? OWS ) %end_value $!fail_field_value;
    the_fold        = relaxed_obs_fold @mark_fold the_field_value the_CRLF @emit_line;
    the_field_line  = the_field_name ":" the_field_value;
    the_field_lines = lines: ( the_field_line the_CRLF @emit_line next: ( the_fold* ) )*;
}%%
