/* SPDX-License-Identifier: MIT */
/*
 * Inputs that are too many to be a file each: a text of them, a line an input, in the notation of fixtures (tests/text.h).
 *
 *     inputs pack FOLDER >TEXT       of all files in the folder, sorted
 *     inputs unpack TEXT FOLDER      the input of line 12 becomes FOLDER/min-0012
 *
 * A line that begins with # is a comment: an input's first # is written \x23, and a blank at its end \x20.
 */
#define _XOPEN_SOURCE 700
#include "../../tests/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static FILE *open_in(const char *folder, const char *name, const char *mode)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, mode);
    if (!file)
        perror(path);
    return file;
}

/* ---- Packing ---- */

static struct text *lines;
static size_t line_count;

static void add_line(const struct text *input)
{
    struct text line = {NULL, 0, 0};
    size_t first = input->bytes[0] == '#', last = input->length > first && input->bytes[input->length - 1] == ' ';

    text_add(&line, "\\x23", 4 * first);
    text_add_visible(&line, input->bytes + first, input->length - first - last);
    text_add(&line, "\\x20", 4 * last);
    lines = (struct text *)realloc(lines, (line_count + 1) * sizeof *lines);
    if (!lines)
        abort();
    lines[line_count++] = line;
}

static int pack_file(const char *folder, const char *name)
{
    struct text input = {NULL, 0, 0};
    FILE *file = open_in(folder, name, "rb");
    char piece[4096];
    size_t got;
    int good;

    if (!file)
        return 0;
    text_clear(&input);
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        text_add(&input, piece, got);
    good = !ferror(file);
    fclose(file);
    if (good && input.length)
        add_line(&input);
    text_free(&input);
    return good;
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(((const struct text *)a)->bytes, ((const struct text *)b)->bytes);
}

static void print_lines(void)
{
    size_t at;

    puts("# SPDX-License-Identifier: MIT");
    puts("# What campaigns have found beyond the seeds: an input a line, packed by fuzz/corpus/inputs.c.");
    for (at = 0; at < line_count; at++) {
        puts(lines[at].bytes);
        text_free(&lines[at]);
    }
    free(lines);
}

static int pack(const char *folder)
{
    DIR *listing = opendir(folder);
    struct dirent *entry;
    int good = listing != NULL;

    if (!good)
        perror(folder);
    while (good && (entry = readdir(listing)))
        good = entry->d_name[0] == '.' || pack_file(folder, entry->d_name);
    if (listing)
        closedir(listing);
    if (line_count)
        qsort(lines, line_count, sizeof *lines, compare_lines);
    print_lines();
    return good && fflush(stdout) == 0;
}

/* ---- Unpacking ---- */

static int write_input(const char *folder, size_t number, const struct text *input)
{
    char name[32];
    FILE *file;
    int good;

    snprintf(name, sizeof name, "min-%04zu", number);
    file = open_in(folder, name, "wb");
    if (!file)
        return 0;
    good = fwrite(input->bytes, 1, input->length, file) == input->length;
    return fclose(file) == 0 && good;
}

static int unpack_line(const char *folder, size_t number, const char *line, size_t length)
{
    struct text input = {NULL, 0, 0};
    int good = text_add_bytes(&input, line, length) != LINE_END_ERROR && input.length;

    if (!good)
        fprintf(stderr, "line %zu is no input\n", number);
    good = good && write_input(folder, number, &input);
    text_free(&input);
    return good;
}

static int unpack(const char *path, const char *folder)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0, number = 0;
    ssize_t length;
    int good = file != NULL;

    if (!good)
        perror(path);
    while (good && (length = getline(&line, &room, file)) > 0) {
        number++;
        if (line[0] != '#')
            good = unpack_line(folder, number, line, (size_t)length - (line[length - 1] == '\n'));
    }
    free(line);
    if (file)
        fclose(file);
    return good;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "pack") == 0)
        return !pack(argv[2]);
    if (argc == 4 && strcmp(argv[1], "unpack") == 0)
        return !unpack(argv[2], argv[3]);
    fprintf(stderr, "usage: inputs pack FOLDER >TEXT\n       inputs unpack TEXT FOLDER\n");
    return 2;
}
