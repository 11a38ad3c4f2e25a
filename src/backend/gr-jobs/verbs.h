/* verbs.h - the verbs of gr-jobs; see its manual page. */
#ifndef GR_JOBS_VERBS_H
#define GR_JOBS_VERBS_H

#include "registry/verb.h"

int do_create(int argc, char *argv[]);
int do_describe(int argc, char *argv[]);
int do_list(int argc, char *argv[]);
int do_executions(int argc, char *argv[]);
int do_cancel(int argc, char *argv[]);
int do_watch(int argc, char *argv[]);

/* How the executions of a job stand, by enum execution_status. */
struct tally {
	int64_t count[8];
	int64_t total;
};
enum status tally_read(struct tally *tally, struct db *db, const char *job);
/* GR_NO, one line: no such job. */
enum status need_job(struct db *db, const char *job);

#endif
