/* SPDX-License-Identifier: MIT */
#include "exchange.h"

enum fluxo_role exchange_role(const struct trial *trial)
{
    return trial->kind == FLUXO_RESPONSE ? FLUXO_CLIENT : FLUXO_SERVER;
}

void exchange_set_options(struct fluxo_conn_options *options, const struct trial *trial)
{
    fluxo_conn_options_init(options);
    options->parser = trial->options;
    options->drain = trial->own & 1 ? 16 : 65536;
    options->interims = trial->own & 2 ? 1 : 16;
}

unsigned exchange_status(struct fluxo_span number)
{
    return (unsigned)(script_number(number) % 1000);
}

static int write_source(struct exchange *exchange, struct fluxo_span most, const struct fluxo_span spans[2])
{
    fluxo_source_init_list(&exchange->source, spans, 2);
    return fluxo_write_source(exchange->writer, &exchange->source, (size_t)script_number(most));
}

static int call_for_content(struct exchange *exchange, char call, const struct fluxo_span arguments[ARGUMENTS])
{
    struct fluxo_writer *writer = exchange->writer;

    switch (call) {
    case 'b':
        return fluxo_write_chunk(writer, arguments, ARGUMENTS, fluxo_text(NULL));
    case 'x':
        return fluxo_write_chunk(writer, arguments + 1, ARGUMENTS - 1, arguments[0]);
    case 'p':
        return write_source(exchange, arguments[0], arguments + 1);
    case 't':
        return fluxo_write_trailer(writer, arguments[0], arguments[1]);
    case 'z':
        return fluxo_write_end(writer);
    default:
        return NO_CALL;
    }
}

static int call_for_head(struct exchange *exchange, char call, const struct fluxo_span arguments[ARGUMENTS])
{
    struct fluxo_writer *writer = exchange->writer;

    switch (call) {
    case 'q':
        return fluxo_write_request(writer, arguments[0], arguments[1], arguments[2]);
    case 'a':
        return fluxo_write_response(writer, exchange_status(arguments[0]), arguments[1]);
    case 'f':
        return fluxo_write_field(writer, arguments[0], arguments[1]);
    case 'u':
        return fluxo_write_upgrade(writer, arguments[0]);
    case 'v':
        return fluxo_write_te(writer, arguments[0]);
    case 'd':
        return fluxo_write_date(writer, (int64_t)script_number(arguments[0]));
    case 'k':
        return fluxo_write_close(writer);
    case 'n':
        return fluxo_write_nothing(writer);
    case 'c':
        return fluxo_write_continue(writer);
    case 'h':
        return fluxo_write_head(writer, FLUXO_CONTENT_NONE, 0);
    case 'l':
        return fluxo_write_head(writer, FLUXO_CONTENT_LENGTH, script_number(arguments[0]));
    case 's':
        return fluxo_write_head(writer, FLUXO_CONTENT_STREAM, 0);
    default:
        return call_for_content(exchange, call, arguments);
    }
}

int exchange_call(struct exchange *exchange, char call, const struct fluxo_span arguments[ARGUMENTS])
{
    switch (call) {
    case '+':
        return fluxo_conn_accept(exchange->conn);
    case '>':
        return fluxo_conn_proceed(exchange->conn);
    case '.':
        return fluxo_conn_next(exchange->conn);
    case '/':
        return fluxo_conn_shut(exchange->conn);
    default:
        return call_for_head(exchange, call, arguments);
    }
}
