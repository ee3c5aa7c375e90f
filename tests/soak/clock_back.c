/* A library for LD_PRELOAD: while the file SOAK_CLOCK_BACK exists, the process's clock is an hour
   late. libfaketime can't be used: with it, Python's time.sleep fails (EINVAL). */
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t late(void) {
    const char *file = getenv("SOAK_CLOCK_BACK");
    return file && access(file, F_OK) == 0 ? 3600 : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = (int)syscall(SYS_clock_gettime, clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec -= late();
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int failed = (int)syscall(SYS_gettimeofday, now, zone);
    if (!failed && now)
        now->tv_sec -= late();
    return failed;
}

time_t time(time_t *now) {
    struct timeval seconds;
    gettimeofday(&seconds, NULL);
    if (now)
        *now = seconds.tv_sec;
    return seconds.tv_sec;
}
