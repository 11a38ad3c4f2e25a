/* SPDX-License-Identifier: Apache-2.0 */
/* stray.h - temporary files that file_replace left in a directory when its process was cut off */
#ifndef GR_STRAY_H
#define GR_STRAY_H

/*
 * Removes those whose process does not run any more. What cannot be removed stays, silently. For
 * directories that only this machine's processes write.
 */
void stray_remove(int dirfd);
/* Does the same for the directory at path, if there is one. */
void stray_remove_in(const char *path);

#endif
