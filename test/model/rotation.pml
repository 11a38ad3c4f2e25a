/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rotation.pml - the rotation protocol: one device, a broker, a backend, an operator, and what can
 * go wrong between them.
 *
 * Most files have the names of the code that they model: ending.pml is scripts/driver/ending.sh,
 * and so on. README.md says which file models what, what is left out and why, and how to read a
 * trail; ./run checks all of it.
 */
#include "bounds.pml"
#include "claims.pml"
#include "steps.pml"
#include "pairs.pml"
#include "network.pml"
#include "jobs.pml"
#ifdef FOREIGN
#include "foreign.pml"
#else
#include "record.pml"
#include "runtime.pml"
#endif
#ifdef REFERENCE
#include "reference.pml"
#else
#include "custody.pml"
#include "ours.pml"
#endif
#include "backend.pml"
#include "operator.pml"
#ifdef ADOPTED
#include "adopted.pml"
#endif
#ifndef FOREIGN
#include "session.pml"
#include "ending.pml"
#include "states.pml"
#include "recover.pml"
#include "driver.pml"
#include "faults.pml"
#ifdef RESTORED
#include "restored.pml"
#endif
#include "judge.pml"
#endif
