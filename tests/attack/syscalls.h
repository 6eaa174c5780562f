/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * System calls that a hostile helper tries, with arguments that would do harm: X(name, six arguments). P is a pointer to a path, B to a
 * zeroed buffer, ME the helper's own pid, APP the pid of its zygote.
 */
#ifndef SP_TEST_SYSCALLS_H
#define SP_TEST_SYSCALLS_H

/* Each of these must kill, and the message must name it. */
#define DEADLY(X) \
	X(open, P, 0, 0, 0, 0, 0) X(openat, -100, P, 0, 0, 0, 0) X(openat2, -100, P, B, 24, 0, 0) X(creat, P, 0, 0, 0, 0, 0) \
	X(name_to_handle_at, -100, P, B, B, 0, 0) X(open_by_handle_at, 3, B, 0, 0, 0, 0) X(memfd_create, P, 0, 0, 0, 0, 0) \
	X(memfd_secret, 0, 0, 0, 0, 0, 0) X(read, 3, B, 64, 0, 0, 0) X(pread64, 3, B, 64, 0, 0, 0) X(readv, 3, B, 1, 0, 0, 0) \
	X(writev, 3, B, 1, 0, 0, 0) X(pwrite64, 3, B, 64, 0, 0, 0) X(sendfile, 3, 3, B, 64, 0, 0) \
	X(copy_file_range, 3, B, 3, B, 64, 0) X(splice, 3, 0, 3, 0, 64, 0) X(tee, 3, 3, 64, 0, 0, 0) X(vmsplice, 3, B, 1, 0, 0, 0) \
	X(close, 3, 0, 0, 0, 0, 0) X(close_range, 0, 1000, 0, 0, 0, 0) X(dup, 3, 0, 0, 0, 0, 0) X(dup2, 3, 1, 0, 0, 0, 0) \
	X(dup3, 3, 1, 0, 0, 0, 0) X(fcntl, 3, 0, 0, 0, 0, 0) X(ioctl, 3, 0x541b, B, 0, 0, 0) X(pipe, B, 0, 0, 0, 0, 0) \
	X(pipe2, B, 0, 0, 0, 0, 0) X(eventfd2, 0, 0, 0, 0, 0, 0) X(signalfd4, -1, B, 8, 0, 0, 0) X(timerfd_create, 1, 0, 0, 0, 0, 0) \
	X(epoll_create1, 0, 0, 0, 0, 0, 0) X(inotify_init1, 0, 0, 0, 0, 0, 0) X(fanotify_init, 0, 0, 0, 0, 0, 0) \
	X(poll, B, 1, 0, 0, 0, 0) X(ppoll, B, 1, B, 0, 0, 0) X(select, 4, B, B, B, B, 0) X(lseek, 3, 0, 0, 0, 0, 0) \
	X(fstat, 3, B, 0, 0, 0, 0) X(stat, P, B, 0, 0, 0, 0) X(newfstatat, -100, P, B, 0, 0, 0) X(statx, -100, P, 0, 0xfff, B, 0) \
	X(access, P, 0, 0, 0, 0, 0) X(readlink, P, B, 64, 0, 0, 0) X(getdents64, 3, B, 64, 0, 0, 0) X(getcwd, B, 64, 0, 0, 0, 0) \
	X(unlink, P, 0, 0, 0, 0, 0) X(rename, P, P, 0, 0, 0, 0) X(mkdir, P, 0, 0, 0, 0, 0) X(chmod, P, 0777, 0, 0, 0, 0) \
	X(link, P, P, 0, 0, 0, 0) X(symlink, P, P, 0, 0, 0, 0) X(mknod, P, 0, 0, 0, 0, 0) X(truncate, P, 0, 0, 0, 0, 0) \
	X(ftruncate, 3, 0, 0, 0, 0, 0) X(fallocate, 3, 0, 0, 64, 0, 0) X(chdir, P, 0, 0, 0, 0, 0) X(chroot, P, 0, 0, 0, 0, 0) \
	X(mount, P, P, P, 0, 0, 0) X(umount2, P, 0, 0, 0, 0, 0) X(pivot_root, P, P, 0, 0, 0, 0) X(socket, 2, 1, 0, 0, 0, 0) \
	X(socketpair, 1, 1, 0, B, 0, 0) X(connect, 3, B, 16, 0, 0, 0) X(bind, 3, B, 16, 0, 0, 0) X(listen, 3, 1, 0, 0, 0, 0) \
	X(accept, 3, 0, 0, 0, 0, 0) X(accept4, 3, 0, 0, 0, 0, 0) X(sendto, 3, B, 64, 0, 0, 0) X(recvfrom, 3, B, 64, 0, 0, 0) \
	X(sendmsg, 3, B, 0, 0, 0, 0) X(recvmsg, 3, B, 0, 0, 0, 0) X(sendmmsg, 3, B, 1, 0, 0, 0) X(shutdown, 3, 2, 0, 0, 0, 0) \
	X(getsockname, 3, B, B, 0, 0, 0) X(setsockopt, 3, 1, 7, B, 4, 0) X(fork, 0, 0, 0, 0, 0, 0) X(vfork, 0, 0, 0, 0, 0, 0) \
	X(clone, 17, 0, 0, 0, 0, 0) X(clone3, B, 64, 0, 0, 0, 0) X(execve, P, 0, 0, 0, 0, 0) X(execveat, -100, P, 0, 0, 0, 0) \
	X(exit, 0, 0, 0, 0, 0, 0) X(wait4, -1, 0, 1, 0, 0, 0) X(waitid, 0, 0, B, 4, 0, 0) X(kill, APP, 9, 0, 0, 0, 0) \
	X(tkill, APP, 9, 0, 0, 0, 0) X(tgkill, APP, APP, 9, 0, 0, 0) X(rt_sigqueueinfo, APP, 9, B, 0, 0, 0) \
	X(pidfd_open, APP, 0, 0, 0, 0, 0) X(pidfd_getfd, 3, 0, 0, 0, 0, 0) X(pidfd_send_signal, 3, 9, 0, 0, 0, 0) \
	X(ptrace, 0, 0, 0, 0, 0, 0) X(process_vm_readv, APP, B, 1, B, 1, 0) X(process_vm_writev, APP, B, 1, B, 1, 0) \
	X(kcmp, APP, ME, 0, 0, 0, 0) X(getppid, 0, 0, 0, 0, 0, 0) X(setpgid, 0, 0, 0, 0, 0, 0) X(setsid, 0, 0, 0, 0, 0, 0) \
	X(mprotect, B, 4096, 7, 0, 0, 0) X(pkey_mprotect, B, 4096, 7, -1, 0, 0) X(remap_file_pages, B, 4096, 0, 0, 0, 0) \
	X(mlock, B, 4096, 0, 0, 0, 0) X(msync, B, 4096, 4, 0, 0, 0) X(mincore, B, 4096, B, 0, 0, 0) \
	X(process_madvise, 3, B, 1, 4, 0, 0) X(userfaultfd, 0, 0, 0, 0, 0, 0) X(io_uring_setup, 8, B, 0, 0, 0, 0) \
	X(io_uring_enter, 3, 1, 0, 0, 0, 0) X(io_setup, 8, B, 0, 0, 0, 0) X(bpf, 0, B, 64, 0, 0, 0) \
	X(perf_event_open, B, 0, -1, -1, 0, 0) X(seccomp, 0, 0, 0, 0, 0, 0) X(prctl, 22, 0, 0, 0, 0, 0) \
	X(arch_prctl, 0x1002, 0, 0, 0, 0, 0) X(personality, 0, 0, 0, 0, 0, 0) X(modify_ldt, 1, B, 16, 0, 0, 0) \
	X(set_thread_area, B, 0, 0, 0, 0, 0) X(iopl, 3, 0, 0, 0, 0, 0) X(ioperm, 0, 1, 1, 0, 0, 0) X(unshare, 0x10000000, 0, 0, 0, 0, 0) \
	X(setns, 3, 0, 0, 0, 0, 0) X(setuid, 0, 0, 0, 0, 0, 0) X(setresuid, 0, 0, 0, 0, 0, 0) X(capset, B, B, 0, 0, 0, 0) \
	X(setrlimit, 9, B, 0, 0, 0, 0) X(prlimit64, 0, 9, B, 0, 0, 0) X(nanosleep, B, 0, 0, 0, 0, 0) \
	X(clock_nanosleep, 1, 0, B, 0, 0, 0) X(alarm, 0, 0, 0, 0, 0, 0) X(setitimer, 0, B, 0, 0, 0, 0) \
	X(timer_create, 1, 0, B, 0, 0, 0) X(timer_settime, 0, 0, B, 0, 0, 0) X(timer_delete, 0, 0, 0, 0, 0, 0) \
	X(clock_settime, 0, B, 0, 0, 0, 0) X(adjtimex, B, 0, 0, 0, 0, 0) X(rt_sigaction, 10, 0, 0, 8, 0, 0) \
	X(rt_sigreturn, 0, 0, 0, 0, 0, 0) X(sigaltstack, B, 0, 0, 0, 0, 0) X(rt_sigsuspend, B, 8, 0, 0, 0, 0) X(pause, 0, 0, 0, 0, 0, 0) \
	X(restart_syscall, 0, 0, 0, 0, 0, 0) X(shmget, 0, 4096, 01600, 0, 0, 0) X(shmat, 0, 0, 0, 0, 0, 0) \
	X(msgget, 0, 01600, 0, 0, 0, 0) X(semget, 0, 1, 01600, 0, 0, 0) X(mq_open, P, 0, 0, 0, 0, 0) X(add_key, P, P, B, 4, -3, 0) \
	X(keyctl, 0, 0, 0, 0, 0, 0) X(request_key, P, P, 0, 0, 0, 0) X(landlock_create_ruleset, B, 8, 0, 0, 0, 0) \
	X(sched_setscheduler, 0, 0, B, 0, 0, 0) X(sched_setaffinity, 0, 8, B, 0, 0, 0) X(setpriority, 0, 0, 0, 0, 0, 0) \
	X(membarrier, 0, 0, 0, 0, 0, 0) X(rseq, B, 32, 0, 0, 0, 0) X(set_robust_list, B, 24, 0, 0, 0, 0) \
	X(set_tid_address, B, 0, 0, 0, 0, 0) X(get_robust_list, APP, B, B, 0, 0, 0) X(futex_waitv, B, 1, 0, 0, 0, 0) \
	X(uname, B, 0, 0, 0, 0, 0) X(getuid, 0, 0, 0, 0, 0, 0) X(getrlimit, 7, B, 0, 0, 0, 0) X(getrusage, 0, B, 0, 0, 0, 0) \
	X(times, B, 0, 0, 0, 0, 0) X(getcpu, B, B, 0, 0, 0, 0) X(syslog, 3, B, 64, 0, 0, 0) X(reboot, 0, 0, 0, 0, 0, 0) \
	X(kexec_load, 0, 0, 0, 0, 0, 0) X(init_module, B, 0, P, 0, 0, 0) X(finit_module, 3, P, 0, 0, 0, 0) X(swapon, P, 0, 0, 0, 0, 0) \
	X(sethostname, B, 1, 0, 0, 0, 0) X(quotactl, 0, P, 0, B, 0, 0) X(acct, P, 0, 0, 0, 0, 0) X(vhangup, 0, 0, 0, 0, 0, 0)

/* Each of these is refused with an errno (or a value) and does nothing: Y(name, result, six arguments). */
#define REFUSED(Y) \
	Y(brk, 0, 0, 0, 0, 0, 0, 0) Y(brk, 0, B, 0, 0, 0, 0, 0) Y(mmap, -ENOMEM, 0, 4096, 7, 0x22, -1, 0) \
	Y(mmap, -ENOMEM, 0, 4096, 3, 1, 3, 0) Y(mremap, -ENOMEM, B, 4096, 8192, 1, 0, 0) Y(munmap, -EINVAL, B, 4096, 0, 0, 0, 0) \
	Y(madvise, -EINVAL, B, 4096, 4, 0, 0, 0) Y(futex, -EINVAL, B, 0, 0, 0, 0, 0) Y(futex, -EINVAL, B, 1, 1, 0, 0, 0) \
	Y(clock_gettime, -EINVAL, 0, B, 0, 0, 0, 0) Y(gettimeofday, -EINVAL, B, 0, 0, 0, 0, 0) Y(time, -EINVAL, 0, 0, 0, 0, 0, 0) \
	Y(getrandom, -ENOSYS, B, 64, 0, 0, 0, 0) Y(sysinfo, -ENOSYS, B, 0, 0, 0, 0, 0) \
	Y(sched_getaffinity, -ENOSYS, 0, 8, B, 0, 0, 0) Y(sched_yield, -ENOSYS, 0, 0, 0, 0, 0, 0) Y(getpid, -EPERM, 0, 0, 0, 0, 0, 0) \
	Y(gettid, -EPERM, 0, 0, 0, 0, 0, 0) Y(rt_sigprocmask, -EINVAL, 0, B, B, 8, 0, 0)

#endif
