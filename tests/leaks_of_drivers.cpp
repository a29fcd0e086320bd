// SPDX-License-Identifier: Apache-2.0
// What the leak sanitizer is to overlook, in every program that opens devices: PoCL 3.1 keeps events that a
// command of another queue waited for, and now and then what it compiled a program with.
// Ours are released by their owners (host/device/opencl/device.hpp), and anything that our own code allocates
// is still reported.
#if defined(WARPEVM_SANITIZED)
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libpocl\n";
}
#endif
