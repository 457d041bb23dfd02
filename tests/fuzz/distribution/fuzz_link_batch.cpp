// A batch of frames from a linked node: frames lie inside the batch, and those of a whole one make it up again.
#include <cstdint>
#include <cstdlib>

#include "distribution/wire/batch.hpp"

using namespace warren;
using namespace warren::distribution;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bytes_view raw(reinterpret_cast<const char*>(data), size);
  batch_reader in(raw);
  link_frame f;
  std::string again;
  while (in.next(f)) append_frame(again, f.service, f.bytes);
  if (in.ok() ? again != raw : !raw.starts_with(again)) std::abort();
  return 0;
}
