#include "storage/metered_file_system.hpp"

#include "storage/simulated_file_system.hpp"
#include "tests/unit/storage/storage_testkit.hpp"

using namespace warren;
using namespace warren::storage;

TEST_CASE("a write meter tells once that its allowance is used up") {
  write_meter meter;
  int told = 0;
  meter.when_used_up([&] { ++told; });
  meter.wrote(10);  // nothing was allowed yet: nobody waits to hear
  CHECK(told == 0);
  meter.allow(100);
  meter.wrote(99);
  CHECK(told == 0);
  meter.wrote(1);
  CHECK(told == 1);
  meter.wrote(1000);
  CHECK(told == 1);
  meter.allow(5);
  meter.wrote(50);
  CHECK(told == 2);
}

TEST_CASE("a metered file system counts what is written and what is reserved, and is otherwise the one under it") {
  simulated_file_system under;
  auto meter = std::make_shared<write_meter>();
  int told = 0;
  meter->when_used_up([&] { ++told; });
  metered_file_system fs(under, meter);
  must(fs.make_directory("/d"));
  auto f = must(fs.open("/d/a", open_mode::create_new));
  meter->allow(6);
  must(f->write_at(0, "hello", 5));
  CHECK(told == 0);
  const io_slice pieces[] = {{" ", 1}, {"world", 5}};
  must(f->write_at(5, pieces));
  CHECK(told == 1);
  meter->allow(90);
  must(f->allocate(100));  // 89 more
  CHECK(told == 1);
  must(f->allocate(101));
  CHECK(told == 2);
  CHECK(must(f->size()) == 101);
  must(f->resize(11));
  must(f->sync_data());
  CHECK(must(read_whole_file(fs, "/d/a")) == "hello world");
  CHECK(under.exists("/d/a"));
}
