/* SPDX-License-Identifier: MIT */
/* fluxo-dump: bytes in, one JSON object an event out. */
#include "feeder.h"
#include "printer.h"

#include <stdio.h>
#include <string.h>

enum { CAPACITY = 64 };

struct dump {
    struct settings settings;
    struct feeder feeder;
    struct fluxo_parser parser;
    struct printer printer;
    size_t answered;
};

static void answer_next(struct dump *dump)
{
    if (dump->answered < dump->settings.method_count)
        fluxo_parser_answers(&dump->parser, (enum fluxo_method)dump->settings.methods[dump->answered++]);
}

static int is_final(const struct dump *dump)
{
    unsigned status = fluxo_parser_facts(&dump->parser).status;

    return status < 100 || status >= 200;
}

static struct fluxo_feed feed(struct dump *dump)
{
    struct fluxo_event events[CAPACITY];
    size_t length;
    const unsigned char *bytes = feeder_window(&dump->feeder, &length);
    struct fluxo_feed feed = fluxo_parser_feed(&dump->parser, bytes, length, events, CAPACITY);
    uint32_t at;

    for (at = 0; at < feed.count; at++)
        printer_print(&dump->printer, &events[at], bytes, dump->feeder.offset);
    feeder_drop(&dump->feeder, feed.consumed);
    return feed;
}

/* What the connection's end makes of what was read; with --open, of a copy, for nothing has ended. */
static int finish(struct dump *dump)
{
    struct fluxo_event events[CAPACITY];
    struct fluxo_parser parser = dump->parser;
    struct fluxo_feed feed = fluxo_parser_finish(&parser, events, CAPACITY);

    if (feed.status == FLUXO_MESSAGE && !dump->settings.open) {
        printer_print(&dump->printer, &events[0], "", dump->feeder.offset);
        return EXIT_COMPLETE;
    }
    if (feed.status == FLUXO_SWITCHED)
        printer_print_end(&dump->printer, "switched", dump->feeder.offset);
    return feed.status == FLUXO_SWITCHED || feed.status == FLUXO_CLOSED ? EXIT_COMPLETE : EXIT_INCOMPLETE;
}

static int refuse(struct dump *dump, unsigned code)
{
    struct surroundings around;

    around.bytes = (const char *)feeder_window(&dump->feeder, &around.length);
    around.offset = dump->feeder.offset;
    printer_print_error(&dump->printer, fluxo_error(code), fluxo_parser_offset(&dump->parser), &around);
    return EXIT_REFUSED;
}

static int dump_all(struct dump *dump)
{
    int widened = 1;

    while (widened > 0) {
        struct fluxo_feed fed = feed(dump);
        switch (fed.status) {
        case FLUXO_NEED_MORE:
            widened = feeder_widen(&dump->feeder);
            break;
        case FLUXO_MESSAGE:
            if (is_final(dump))
                answer_next(dump);
            break;
        case FLUXO_SWITCHED:
            printer_print_end(&dump->printer, "switched", dump->feeder.offset);
            return EXIT_COMPLETE;
        case FLUXO_CLOSED:
            if (feeder_has_more(&dump->feeder))
                printer_print_end(&dump->printer, "closed", dump->feeder.offset);
            return EXIT_COMPLETE;
        case FLUXO_ERROR:
            return refuse(dump, fed.error);
        default:
            break;
        }
    }
    return widened < 0 ? EXIT_MISUSE : finish(dump);
}

int main(int argc, char **argv)
{
    struct dump dump;
    int outcome;

    memset(&dump, 0, sizeof dump);
    settings_read(&dump.settings, argc, argv);
    if (!feeder_open(&dump.feeder, &dump.settings))
        return EXIT_MISUSE;
    fluxo_parser_init(&dump.parser, dump.settings.kind, &dump.settings.options);
    answer_next(&dump);
    dump.printer.parser = &dump.parser;
    dump.printer.raw = dump.settings.raw;
    dump.printer.format = dump.settings.text ? &text_format : &json_format;
    outcome = dump_all(&dump);
    printer_close(&dump.printer);
    feeder_close(&dump.feeder);
    settings_free(&dump.settings);
    if (fflush(stdout) || ferror(stdout)) {
        perror("fluxo-dump: standard output");
        return EXIT_MISUSE;
    }
    return outcome;
}
