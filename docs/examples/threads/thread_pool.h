// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A small pool of threads for code that edgecc generates with --threads. Part
// of edgecc, under the Apache License v2.0 with LLVM Exceptions.
//
//   ThreadPool pool(4);                       // the caller and three threads
//   net::run(context, in, out, {ThreadPool::run, &pool});
//
// One pool serves one caller at a time.
#ifndef THREAD_POOL_H
#define THREAD_POOL_H

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

class ThreadPool {
public:
  using Body = void (*)(void *arg, int part);

  explicit ThreadPool(int threads) {
    for (int i = 1; i < threads; ++i)
      workers.emplace_back([this] { serve(); });
  }

  ~ThreadPool() {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      stops = true;
      ++jobs;
    }
    wake.notify_all();
    for (std::thread &worker : workers)
      worker.join();
  }

  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  /// What NAME::ParallelFor takes, with the pool as user.
  static void run(void *user, int count, Body body, void *arg) {
    static_cast<ThreadPool *>(user)->computeAll(count, body, arg);
  }

private:
  void computeAll(int total, Body newBody, void *newArg) {
    std::unique_lock<std::mutex> lock(mutex);
    body = newBody;
    arg = newArg;
    count = left = total;
    next = 0;
    ++jobs;
    wake.notify_all();
    compute(lock);
    // The others' last parts take about as long as the own.
    done.wait(lock, [this] { return left == 0; });
  }

  /// Parts that nobody has begun.
  void compute(std::unique_lock<std::mutex> &lock) {
    while (next < count) {
      const int part = next++;
      lock.unlock();
      body(arg, part);
      lock.lock();
      if (--left == 0)
        done.notify_one();
    }
  }

  void serve() {
    unsigned seen = 0;
    for (;;) {
      // The next layer comes soon; waking up would take longer than it does.
      for (int i = 0; i < kSpins && jobs.load() == seen; ++i)
        std::this_thread::yield();
      std::unique_lock<std::mutex> lock(mutex);
      wake.wait(lock, [&] { return jobs.load() != seen; });
      seen = jobs.load();
      if (stops)
        return;
      compute(lock);
    }
  }

  static constexpr int kSpins = 200;

  std::vector<std::thread> workers;
  std::mutex mutex;
  std::condition_variable wake, done;
  std::atomic<unsigned> jobs{0};
  bool stops = false;
  Body body = nullptr;
  void *arg = nullptr;
  int count = 0, next = 0, left = 0;
};

#endif // THREAD_POOL_H
