#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "service/handlers/calls.h"

namespace gridmend {

// One ExportLedger call: pages of the journal, entry by entry, as fast as the reader takes them.
grpc::ServerWriteReactor<grpc::ByteBuffer>* open_ledger_export(const CallContext& context,
                                                               const grpc::ByteBuffer& bytes);

}  // namespace gridmend
