# SPDX-License-Identifier: MIT
#
# RFC 9112 5: field lines, as heads and trailer sections have them; once more, with what is to be done.

%%{
    machine fluxo_field;

    action mark_name   { pe = fluxo_mark_name(run, p); }
    action end_name    { pe = fluxo_end_name(run, p); }
    action mark_value  { pe = fluxo_mark_value(run, p); }
    action end_value   { pe = fluxo_end_value(run, p); }
    action emit_line   { pe = fluxo_emit_line(run, p); }

    action fail_field_name  { fluxo_fail_name(run, p); }
    action fail_field_value { fluxo_fail_line(run, p, FLUXO_ERR_FIELD_VALUE); }
    action fail_LF          { fluxo_fail(run, p, FLUXO_ERR_CR_WITHOUT_LF); }

    the_CRLF        = CR LF >!fail_LF;
    the_field_name  = field_name >mark_name %end_name $!fail_field_name;
    # `>` on what may be empty would fire on the byte after it too, so a mark hangs on what is not empty.
    the_field_value = ( OWS ( field_content+ >mark_value )? OWS ) %end_value $!fail_field_value;
    the_field_line  = the_field_name ":" the_field_value;
    the_field_lines = ( the_field_line the_CRLF @emit_line )*;
}%%
