/* SPDX-License-Identifier: MIT */
/*
 * The stories of doc/life.md, told again by the library.
 *
 * A line is | `EVENT FLAG...` | what happens | `REQUEST/RESPONSE FLAG...` | `WANT` | and the same for the other end, if it is
 * shown; an end with empty fields is not told. A line without an event shows how both ends begin.
 */
#include "life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 6, LINE = 1024 };

/* Cuts a line of a table at its bars; white space and backquotes around a field are not part of it. */
static unsigned cut_fields(char *line, char *fields[FIELDS])
{
    unsigned count = 0;
    char *end;

    for (line++; count < FIELDS && (end = strchr(line, '|')); line = end + 1) {
        char *last = end;
        while (line < last && strchr(" `", *line))
            line++;
        while (last > line && strchr(" `", last[-1]))
            last--;
        fields[count++] = line;
        *last = '\0';
    }
    return count;
}

static unsigned find_event(const char *name, size_t length)
{
    unsigned event = 0;

    while (event < FLUXO_LIFE_EVENTS &&
           !(strlen(fluxo_life_event_name(event)) == length && !memcmp(fluxo_life_event_name(event), name, length)))
        event++;
    return event;
}

static unsigned find_flags(const char *text)
{
    static const char *const names[] = {" CLOSE", " OLD", " UPGRADE", " CONNECT", " EXPECT", " UNTIL_CLOSE"};
    static const unsigned flags[] = {FLUXO_LIFE_CLOSE,   FLUXO_LIFE_OLD,    FLUXO_LIFE_UPGRADE,
                                     FLUXO_LIFE_CONNECT, FLUXO_LIFE_EXPECT, FLUXO_LIFE_UNTIL_CLOSE};
    unsigned nth, found = 0;

    for (nth = 0; nth < sizeof flags / sizeof flags[0]; nth++)
        found |= strstr(text, names[nth]) ? flags[nth] : 0;
    return found;
}

/* A life as the page writes it: without the role. */
static int is_life(struct fluxo_life life, const char *text)
{
    char words[128];

    life.flags = (uint16_t)(life.flags & ~FLUXO_LIFE_SERVER);
    write_life(words, sizeof words, life);
    return !strcmp(words, text);
}

static int is_end_true(struct fluxo_life *life, const char *event, const char *state, const char *want)
{
    size_t length = strcspn(event, " ");

    if (!*state)
        return 1;
    if (*event && !take_step(life, find_event(event, length), find_flags(event + length)))
        return 0;
    return is_life(*life, state) && !strcmp(want, fluxo_want_name(ask_want(life)));
}

struct told {
    struct fluxo_life ends[2];
    unsigned count, stories;
};

/* The first end of a table is the server, if it is shown at all. */
static void begin_story(struct told *told, const char *title)
{
    memset(told->ends, 0, sizeof told->ends);
    if (strstr(title, "the server"))
        told->ends[0].flags = FLUXO_LIFE_SERVER;
    told->stories++;
}

static int is_line_true(struct told *told, char *line)
{
    char *fields[FIELDS];
    unsigned count = cut_fields(line, fields), end;

    for (end = 0; 2 + 2 * end + 1 < count; end++)
        if (!is_end_true(&told->ends[end], fields[0], fields[2 + 2 * end], fields[3 + 2 * end]))
            return 0;
    told->count++;
    return count > 2;
}

static int is_page_true(FILE *page, struct told *told)
{
    char line[LINE], copy[LINE];
    int is_story = 0;

    while (fgets(line, sizeof line, page)) {
        int is_title = !strncmp(line, "| event | what happens |", 24);
        if (is_title)
            begin_story(told, line);
        strcpy(copy, line);
        if (is_story && line[0] == '|' && line[2] != '-' && !is_line_true(told, line)) {
            add_why("not so: %.*s", (int)strcspn(copy, "\n"), copy);
            return 0;
        }
        is_story = is_title || (is_story && line[0] == '|');
    }
    return 1;
}

int are_stories_true(void)
{
    const char *top = getenv("TOP_SRCDIR");
    struct told told = {{{0, 0, 0}, {0, 0, 0}}, 0, 0};
    char path[LINE];
    FILE *page;
    int is_true;

    snprintf(path, sizeof path, "%s/doc/life.md", top ? top : ".");
    page = fopen(path, "r");
    if (!page) {
        add_why("%s cannot be read", path);
        return 0;
    }
    is_true = is_page_true(page, &told);
    fclose(page);
    printf("# %u stories, %u lines\n", told.stories, told.count);
    if (is_true && told.stories < 15)
        add_why("%s has fewer than 15 stories", path);
    return is_true && told.stories >= 15;
}
