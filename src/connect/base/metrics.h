// Metrics: what /metrics shows, over prometheus-cpp. Parts ask for their instruments once, at
// construction, and keep the references: an instrument lives as long as its Metrics.
// Thread rule: everything may be called from any thread; updates are atomic operations.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace chat::base {

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double n = 1) = 0;
  virtual double value() const = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void add(double n) = 0;
  virtual void set(double n) = 0;
  virtual double value() const = 0;
};

class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double value) = 0;
};

class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;
  Metrics();
  ~Metrics();

  // The same name and labels give the same instrument. Names are Prometheus's: unit last.
  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  // `bounds`: the upper ends of the buckets, ascending.
  Histogram& histogram(const std::string& name, const std::string& help,
                       const std::vector<double>& bounds);

  // The text exposition format 0.0.4.
  std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace chat::base
