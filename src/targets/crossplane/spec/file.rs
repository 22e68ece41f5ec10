//! Files on storages: EnvironmentDownloadFile and EnvironmentFile.

use super::{Flag, Int, Word, blocks};
blocks! {
    /// EnvironmentDownloadFile.
    DownloadFile {
        node_name: Word<'a> = "nodeName",
        datastore_id: Word<'a> = "datastoreId",
        content_type: Word<'a> = "contentType",
        file_name: Word<'a> = "fileName",
        url: Word<'a> = "url",
        checksum: Word<'a> = "checksum",
        checksum_algorithm: Word<'a> = "checksumAlgorithm",
        decompression_algorithm: Word<'a> = "decompressionAlgorithm",
        overwrite: Flag = "overwrite",
        overwrite_unmanaged: Flag = "overwriteUnmanaged",
        verify: Flag = "verify",
        upload_timeout: Int = "uploadTimeout",
    }
    /// EnvironmentFile.
    File {
        node_name: Word<'a> = "nodeName",
        datastore_id: Word<'a> = "datastoreId",
        content_type: Word<'a> = "contentType",
        source_raw: Option<SourceRaw<'a>> = "sourceRaw",
        source_file: Option<SourceFile<'a>> = "sourceFile",
        file_mode: Word<'a> = "fileMode",
        overwrite: Flag = "overwrite",
        timeout_upload: Int = "timeoutUpload",
        upload_mode: Word<'a> = "uploadMode" in SINCE_1_18,
    }
    SourceRaw { data: Word<'a> = "data", file_name: Word<'a> = "fileName", resize: Int = "resize", }
    SourceFile {
        path: Word<'a> = "path",
        file_name: Word<'a> = "fileName",
        checksum: Word<'a> = "checksum",
        changed: Flag = "changed",
        insecure: Flag = "insecure",
        min_tls: Word<'a> = "minTls",
    }
}
