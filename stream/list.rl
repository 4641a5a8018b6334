/* SPDX-License-Identifier: MIT */
/*
 * Lists, their elements and parameters (RFC 9110 5.6.1 to 5.6.6), one line of a field at a time, one item a call.
 *
 * How this works: each entry reads a whole line. The byte that ends an item, a comma or a semicolon, stops the machine in a
 * state from which the next call goes on; the line's end ends the last item. The actions note where the parts of the item stand.
 * An item is there when its text has a length, so what begins a part sets no length.
 */

#include "list.h"

#include "tables.h"

static void begin(struct fluxo_span *part, const unsigned char *p)
{
    part->start = (const char *)p;
}

/* Whatever part ends, so far the item reaches to its end. */
static void end(struct fluxo_span *part, struct fluxo_item *item, const unsigned char *p)
{
    part->length = (size_t)((const char *)p - part->start);
    item->text.length = (size_t)((const char *)p - item->text.start);
}

/* What the parameters of an item follow. */
static void end_before_parameters(struct fluxo_span *part, struct fluxo_item *item, const unsigned char *p)
{
    end(part, item, p);
    begin(&item->parameters, p);
}

static void begin_quoted(struct fluxo_item *item, const unsigned char *p)
{
    begin(&item->value, p + 1);
    item->flags |= FLUXO_ITEM_QUOTED;
}

static void end_quoted(struct fluxo_item *item, const unsigned char *p)
{
    end_before_parameters(&item->value, item, p + 1);
    item->value.length--;
}

static void begin_weight(struct fluxo_item *item)
{
    item->weight = 0;
    item->flags |= FLUXO_ITEM_WEIGHTED;
}

static void add_digit(struct fluxo_item *item, unsigned worth, unsigned char digit)
{
    item->weight = (uint16_t)(item->weight + worth * (unsigned)(digit - '0'));
}

%%{
    machine fluxo_list;
    alphtype unsigned char;
    include rfc9112 "grammar/rfc9112.rl";

    action begin_text         { begin(&item->text, p); }
    action end_text           { end(&item->text, item, p); }
    action begin_name         { begin(&item->name, p); }
    action end_name           { end_before_parameters(&item->name, item, p); }
    action begin_value        { begin(&item->value, p); }
    action end_value          { end_before_parameters(&item->value, item, p); }
    action begin_quoted       { begin_quoted(item, p); }
    action see_escape         { item->flags |= FLUXO_ITEM_ESCAPED; }
    action end_quoted         { end_quoted(item, p); }
    action end_parameter      { end(&item->parameters, item, p); }
    action end_semicolon      { end(&item->parameters, item, p + 1); }
    action begin_weight       { begin_weight(item); }
    action add_whole          { add_digit(item, 1000, *p); }
    action add_tenths         { add_digit(item, 100, *p); }
    action add_hundredths     { add_digit(item, 10, *p); }
    action add_thousandths    { add_digit(item, 1, *p); }
    action end_member_name    { item->name.length = (size_t)((const char *)p - item->name.start); }
    action see_member         { item->text = item->name; }
    action stop               { stopped = 1; fbreak; }

    # RFC 9110 5.6.1.2: white space around the elements, and elements that are empty
    gap  = ( SP | HTAB | "," )*;
    next = OWS "," @stop gap;

    # RFC 9110 5.6.2, 5.6.4: what items are made of
    the_name          = token >begin_text >begin_name %end_name;
    the_token         = token >begin_value %end_value;
    the_quoted_string = DQUOTE @begin_quoted ( qdtext | quoted_pair >see_escape )* DQUOTE @end_quoted;
    the_value         = the_token | the_quoted_string;

    # RFC 9110 5.6.1: the elements of any list. A comma in a quoted string is none of the list's
    element_octet = field_vchar - "," - DQUOTE;
    run           = ( element_octet | quoted_string )+ %end_text;
    the_element   = ( run ( RWS run )* ) >begin_text;
    in_elements  := gap ( the_element next )* ( the_element OWS )?;

    # RFC 9110 5.6.2: tokens
    in_tokens := gap ( the_name next )* ( the_name OWS )?;

    # The same for who must not overlook one: whatever is no token is passed over
    member      = OWS ( token >begin_name %end_member_name ) OWS;
    passed_over = ( OCTET - "," )*;
    the_member  = member %see_member | ( passed_over - ( OWS token OWS ) );
    in_members := the_member ( "," @stop the_member )*;

    # RFC 9110 5.6.6: no white space around the equals sign
    the_parameter   = the_name "=" the_value;
    semicolons      = ( SP | HTAB | ";" )*;
    in_parameters  := OWS | OWS ";" semicolons ( the_parameter OWS ";" @stop semicolons )* ( the_parameter OWS )?;
    the_parameters  = ( OWS ";" @end_semicolon OWS ( parameter %end_parameter )? )*;

    # RFC 9110 7.8
    the_protocol = the_name ( "/" the_token )?;
    in_upgrade  := gap ( the_protocol next )* ( the_protocol OWS )?;

    # RFC 9110 8.3
    the_media_type   = the_name "/" the_token the_parameters;
    in_content_type := OWS the_media_type OWS;

    # RFC 9110 10.1.1
    the_expectation = the_name ( "=" the_value the_parameters )?;
    in_expect      := gap ( the_expectation next )* ( the_expectation OWS )?;

    # RFC 9110 12.4.2, in thousandths
    the_fraction = "." ( DIGIT @add_tenths ( DIGIT @add_hundredths ( DIGIT @add_thousandths )? )? )?;
    the_qvalue   = "0" the_fraction? | "1" @add_whole ( "." "0"{,3} )?;
    the_weight   = "q"i "=" @begin_weight the_qvalue %end_text;
    in_qvalue   := OWS ( the_qvalue >begin_text >begin_weight %end_text ) OWS;

    # RFC 9110 10.1.4: white space around the equals sign
    transfer_weight         = "q"i BWS "=" @begin_weight BWS the_qvalue %end_text;
    named_q                 = "q"i BWS "=" BWS ( token | quoted_string );
    the_transfer_coding     = the_name ( OWS ";" OWS transfer_parameter %end_parameter )*;
    the_t_coding            = the_name ( OWS ";" OWS ( transfer_parameter - named_q ) %end_parameter )*
                              ( OWS ";" OWS transfer_weight )?;
    the_transfer_parameter  = the_name BWS "=" BWS the_value;
    in_te                  := gap ( the_t_coding next )* ( the_t_coding OWS )?;
    in_transfer_encoding   := gap ( the_transfer_coding next )* ( the_transfer_coding OWS )?;
    in_transfer_parameters := OWS | OWS ";" OWS ( the_transfer_parameter OWS ";" @stop OWS )* the_transfer_parameter OWS;

    # RFC 9110 12.5.1: a parameter named q is the weight, wherever it stands
    other_parameter  = parameter - ( "q="i parameter_value );
    range_parameter  = other_parameter %end_parameter | the_weight %end_parameter;
    range_parameters = ( OWS ";" @end_semicolon OWS range_parameter? )*;
    the_media_range  = the_name "/" the_token range_parameters;
    in_accept       := gap ( the_media_range next )* ( the_media_range OWS )?;

    # RFC 9110 12.5.3
    the_content_coding  = the_name ( OWS ";" OWS the_weight )?;
    in_accept_encoding := gap ( the_content_coding next )* ( the_content_coding OWS )?;

    write data noerror;
}%%

int fluxo_begin_list(enum fluxo_reading reading)
{
    switch (reading) {
#define READING(id, entry, fault, section)                                                                                     \
    case FLUXO_READ_##id:                                                                                                      \
        return fluxo_list_en_in_##entry;
#include <fluxo/readings.def>
#undef READING
    default:
        return 0;
    }
}

/* A state that is not final at the line's end is one in which more should have followed. */
int fluxo_run_list(struct fluxo_cursor *cursor, struct fluxo_item *item)
{
    const unsigned char *start = (const unsigned char *)cursor->text.start, *p = start + cursor->at;
    const unsigned char *pe = start + cursor->text.length, *eof = pe;
    int cs = cursor->state, stopped = 0;
    %% write exec;
    cursor->at = (size_t)(p - start);
    cursor->state = (uint16_t)cs;
    if (stopped)
        return FLUXO_DONE;
    return cs >= fluxo_list_first_final ? FLUXO_END : FLUXO_FAULT;
}
