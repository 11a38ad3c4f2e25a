/* SPDX-License-Identifier: Apache-2.0 */
/* arn.h - names of AWS IoT resources: ours are in no region and belong to no account. */
#ifndef GR_REGISTRY_ARN_H
#define GR_REGISTRY_ARN_H

#define ARN_PREFIX "arn:aws:iot:local:000000000000:"
enum { ARN_MAX = 256 };

#endif
