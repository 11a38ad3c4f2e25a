/* SPDX-License-Identifier: Apache-2.0 */
/* commands.h - the commands of gr-ca, one file each; see its manual page. */
#ifndef GR_CA_COMMANDS_H
#define GR_CA_COMMANDS_H

int command_init(int argc, char *argv[]);
int command_import(int argc, char *argv[]);
int command_list(int argc, char *argv[]);
int command_show(int argc, char *argv[]);
int command_mode(int argc, char *argv[]);
int command_issue_server(int argc, char *argv[]);
int command_crl(int argc, char *argv[]);

#endif
