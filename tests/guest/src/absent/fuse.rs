// SPDX-License-Identifier: MIT OR Apache-2.0
//! A file of a page in a file system of our own (FUSE), which is read when a test says so.

use crate::memory::PAGE;
use std::{
    ffi::CString,
    fs::{self, File},
    io::{Error, ErrorKind, Read, Write},
    os::fd::AsRawFd,
    path::{Path, PathBuf},
    process,
    sync::{
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
        mpsc, Arc, Mutex,
    },
    thread::{self, JoinHandle},
};

// Of <linux/fuse.h>.
const FORGET: u32 = 2;
const GETATTR: u32 = 3;
const READ: u32 = 15;
const INIT: u32 = 26;
const INTERRUPT: u32 = 36;
const BATCH_FORGET: u32 = 42;

/// More bytes than a request has, and than the kernel wants room for.
const ROOM: usize = 64 << 10;

/// The file. It is the root of its file system, so that nobody looks for it.
pub(super) struct Fuse {
    path: PathBuf,
    device: Arc<File>,
    /// Reads are answered at once, by EINTR.
    refuses: Arc<AtomicBool>,
    server: Option<JoinHandle<()>>,
    /// The numbers of requests that read the page.
    reads: Mutex<mpsc::Receiver<u64>>,
    read: Mutex<Option<u64>>,
}

impl Fuse {
    pub(super) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Relaxed);
        let path = PathBuf::from(format!("/tmp/dxg-absent-{}-{number}", process::id()));
        File::create(&path).expect("a file");
        let device = File::options().read(true).write(true).open("/dev/fuse");
        let device = Arc::new(device.expect("/dev/fuse"));
        let options = format!(
            "fd={},rootmode=100000,user_id=0,group_id=0",
            device.as_raw_fd()
        );
        let [target, options] = [c_string(&path), CString::new(options).expect("no NUL")];
        let kind = c"fuse".as_ptr();
        // SAFETY: All are C strings.
        let mounted =
            unsafe { libc::mount(kind, target.as_ptr(), kind, 0, options.as_ptr().cast()) };
        assert_eq!(mounted, 0, "fuse: {}", Error::last_os_error());
        let (touched, reads) = mpsc::channel();
        let served = device.clone();
        let refuses = Arc::new(AtomicBool::new(false));
        let refused = refuses.clone();
        let server = thread::spawn(move || serve(&served, &touched, &refused));
        // The kernel has to know how long the file is.
        let length = fs::metadata(&path).expect("fuse").len();
        assert_eq!(length, PAGE as u64);
        Self {
            path,
            device,
            refuses,
            server: Some(server),
            reads: Mutex::new(reads),
            read: Mutex::new(None),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns when somebody reads the page.
    pub(super) fn wait_for_touch(&self) {
        let read = self.reads.lock().expect("no panic").recv();
        *self.read.lock().expect("no panic") = Some(read.expect("a server"));
    }

    /// Answers who reads it.
    pub(super) fn bring(&self, page: &[u8]) {
        self.answer(0, page);
    }

    /// Answers that it was interrupted, and that all later reads are: the page fault may try again. Without an
    /// answer FUSE waits, even in a task that is being killed.
    pub(super) fn interrupt(&self) {
        self.refuses.store(true, Relaxed);
        self.answer(-libc::EINTR, &[]);
    }

    fn answer(&self, error: i32, page: &[u8]) {
        let read = self.read.lock().expect("no panic").take();
        answer(&self.device, read.expect("a touch"), error, page);
    }
}

impl Drop for Fuse {
    fn drop(&mut self) {
        let target = c_string(&self.path);
        // SAFETY: It is a C string. The server ends with the file system.
        let unmounted = unsafe { libc::umount2(target.as_ptr(), libc::MNT_FORCE) };
        assert_eq!(unmounted, 0, "umount: {}", Error::last_os_error());
        let ended = self.server.take().map(JoinHandle::join);
        assert!(ended.is_some_and(|ended| ended.is_ok()) || thread::panicking());
        fs::remove_file(&self.path).expect("a file");
    }
}

fn c_string(path: &Path) -> CString {
    CString::new(path.as_os_str().as_encoded_bytes()).expect("no NUL")
}

/// Answers everything but reads, until the file system has gone.
fn serve(mut device: &File, touched: &mpsc::Sender<u64>, refuses: &AtomicBool) {
    let mut request = vec![0; ROOM];
    loop {
        match device.read(&mut request) {
            Ok(_) => {}
            Err(error) if error.raw_os_error() == Some(libc::ENODEV) => return,
            // A request that was taken back, or a signal.
            Err(error)
                if error.kind() == ErrorKind::Interrupted
                    || error.raw_os_error() == Some(libc::ENOENT) =>
            {
                continue
            }
            Err(error) => panic!("/dev/fuse: {error}"),
        }
        // struct fuse_in_header: len, opcode, unique.
        let opcode = u32::from_ne_bytes(request[4..8].try_into().expect("four bytes"));
        let unique = u64::from_ne_bytes(request[8..16].try_into().expect("eight bytes"));
        match opcode {
            INIT => {
                // struct fuse_init_out: a version that all kernels know, no flags.
                let mut out = [0_u32; 16];
                (out[0], out[1], out[5]) = (7, 31, PAGE as u32);
                answer(device, unique, 0, &bytes(&out));
            }
            GETATTR => {
                // struct fuse_attr_out: for how long, inode, size, blocks; mode and links.
                let mut out = [0_u32; 26];
                (out[0], out[4], out[6], out[8]) = (3600, 1, PAGE as u32, 8);
                (out[19], out[20]) = (libc::S_IFREG | 0o600, 1);
                answer(device, unique, 0, &bytes(&out));
            }
            READ if refuses.load(Relaxed) => answer(device, unique, -libc::EINTR, &[]),
            // Whoever waits for it may have gone.
            READ => touched.send(unique).unwrap_or_default(),
            FORGET | BATCH_FORGET | INTERRUPT => {}
            // Opening, flushing and the like need no server then.
            _ => answer(device, unique, -libc::ENOSYS, &[]),
        }
    }
}

fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

/// Answers a request; whoever made it may have been killed.
fn answer(mut device: &File, unique: u64, error: i32, content: &[u8]) {
    // struct fuse_out_header: len, error, unique.
    let length = u32::try_from(16 + content.len()).expect("a small number");
    let mut out = length.to_ne_bytes().to_vec();
    out.extend(error.to_ne_bytes());
    out.extend(unique.to_ne_bytes());
    out.extend(content);
    match device.write(&out) {
        Ok(written) => assert_eq!(written, out.len()),
        Err(error) => assert_eq!(error.raw_os_error(), Some(libc::ENOENT), "{error}"),
    }
}
