/* SPDX-License-Identifier: MIT */
/* fluxo-get: a client of HTTP/1.1 on the command line. */
#include <signal.h>

#include "client.h"
#include "progress.h"

#include <unistd.h>

static const int statuses[] = {
#define OUTCOME(name, status, sentence) status,
#include "outcomes.def"
#undef OUTCOME
};

static struct settings settings;
static struct sink sink;
static struct client client;

/* The first outcome that is not success; nobody is asked once what comes can no longer be written. */
static enum outcome ask_all(void)
{
    enum outcome first = OUTCOME_SUCCESS;
    int at;

    for (at = 0; at < settings.url_count && !sink.has_failed; at++) {
        enum outcome outcome = client_ask(&client, &settings.urls[at]);
        first = first ? first : outcome;
    }
    return first;
}

int main(int argc, char **argv)
{
    enum outcome outcome;

    signal(SIGPIPE, SIG_IGN);
    settings_read(&settings, argc, argv);
    progress_allow(!settings.verbose && (settings.output || !isatty(STDOUT_FILENO)));
    outcome = sink_open(&sink, settings.output);
    if (!outcome) {
        client_init(&client, &settings, &sink);
        outcome = ask_all();
        client_close(&client);
        sink_close(&sink);
        outcome = sink.has_failed ? OUTCOME_LOCAL : outcome;
    }
    settings_free(&settings);
    return statuses[outcome];
}
