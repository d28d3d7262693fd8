"""Worker processes that read batches and hand them over in shared memory."""
