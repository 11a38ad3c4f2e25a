/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw_mkdir - makes a folder and removes it, by the system's own calls: no library is there to be
 * put in between
 */
#define _GNU_SOURCE	/* syscall */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	if (argc != 2 || syscall(SYS_mkdirat, AT_FDCWD, argv[1], 0700) != 0)
		return 1;
	return syscall(SYS_unlinkat, AT_FDCWD, argv[1], AT_REMOVEDIR) != 0;
}
