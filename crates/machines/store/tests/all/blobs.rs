use std::{
    fs,
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
    time::Duration,
};

use base::Cx;
use futures_util::{StreamExt as _, stream};
use store::{BlobRef, StoreError};
use testkit::World;

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 7 % 251) as u8).collect()
}

fn file_of(world: &World, blob: &BlobRef) -> PathBuf {
    world.dir().join("blobs").join(&blob.address[..2]).join(&blob.address)
}

testkit::each_db! {
    async fn contents_of_every_length_return(world: World) {
        for len in [0, 1, 65_535, 65_536, 65_537, 131_072, 300_000] {
            let bytes = content(len);
            let parts: Vec<Result<Vec<u8>, std::io::Error>> = bytes.chunks(1000).map(|c| Ok(c.to_vec())).collect();
            let blob = world.blobs.put(&world.cx, 1_000_000, stream::iter(parts)).await.unwrap();
            assert_eq!(blob.size, len as u64);
            assert_eq!(world.blobs.bytes(&blob.address, 1_000_000).await.unwrap(), bytes, "{len}");
            assert_eq!(world.blobs.verify(&blob.address).unwrap(), blob);
            let from = len / 2;
            let rest: Vec<u8> = world.blobs.get(&blob.address, from as u64).await.unwrap().map(|p| p.unwrap()).concat().await;
            assert_eq!(rest, bytes[from..], "{len}");
            let mut reader = world.blobs.reader(&blob.address).unwrap();
            for at in [0, len / 3, len.saturating_sub(1), len, len + 5] {
                reader.seek(SeekFrom::Start(at as u64)).unwrap();
                let mut rest = Vec::new();
                reader.read_to_end(&mut rest).unwrap();
                assert_eq!(rest, bytes[at.min(len)..], "{len} from {at}");
            }
        }
    }

    async fn nothing_readable_lies_on_the_disk(world: World) {
        let blob = world.blobs.put_bytes(&world.cx, &b"personal data ".repeat(20)).await.unwrap();
        let stored = fs::read(file_of(&world, &blob)).unwrap();
        assert!(!stored.windows(8).any(|w| w == b"personal"));
    }

    async fn damage_is_noticed(world: World) {
        let blob = world.blobs.put_bytes(&world.cx, &content(200_000)).await.unwrap();
        let path = file_of(&world, &blob);
        let good = fs::read(&path).unwrap();
        for (what, bad) in [
            ("a changed byte", { let mut b = good.clone(); b[100_000] ^= 1; b }),
            ("a cut chunk", good[..32 + 65_552 * 2].to_vec()),
            ("a cut head", good[..20].to_vec()),
            ("swapped chunks", { let mut b = good.clone(); let (a, c) = b[32..].split_at_mut(65_552); a.swap_with_slice(&mut c[..65_552]); b }),
            ("nothing", Vec::new()),
        ] {
            fs::write(&path, bad).unwrap();
            assert!(world.blobs.bytes(&blob.address, 1_000_000).await.is_err(), "{what}");
        }
        fs::remove_file(&path).unwrap();
        assert!(matches!(world.blobs.reader(&blob.address).err(), Some(StoreError::NoBlob)));
        assert!(matches!(world.blobs.reader("../../etc/passwd").err(), Some(StoreError::NoBlob)));
    }

    async fn a_swapped_file_does_not_verify(world: World) {
        let a = world.blobs.put_bytes(&world.cx, b"one").await.unwrap();
        let b = world.blobs.put_bytes(&world.cx, b"two").await.unwrap();
        fs::copy(file_of(&world, &a), file_of(&world, &b)).unwrap();
        assert!(matches!(world.blobs.verify(&b.address), Err(StoreError::Damaged(_))));
    }

    async fn the_limit_is_kept_and_nothing_stays(world: World) {
        let e = world.blobs.put(&world.cx, 10, stream::iter([Ok::<_, std::io::Error>([0u8; 11])])).await.unwrap_err();
        assert!(matches!(e, StoreError::TooLarge { limit: 10 }));
        let broken: [Result<&[u8], std::io::Error>; 2] = [Ok(b"half"), Err(std::io::Error::other("cut"))];
        assert!(world.blobs.put(&world.cx, 10, stream::iter(broken)).await.is_err());
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(world.blobs.addresses().unwrap(), Vec::<String>::new());
        assert_eq!(fs::read_dir(world.dir().join("blobs/tmp")).unwrap().count(), 0);
    }

    async fn what_nobody_holds_is_collected(world: World) {
        let real = Cx::system();
        let held = world.blobs.put_bytes(&real, b"held").await.unwrap();
        let loose = world.blobs.put_bytes(&real, b"loose").await.unwrap();
        let mut unfinished = world.blobs.writer(&real).unwrap();
        unfinished.write_all(b"half").unwrap();
        std::mem::forget(unfinished);
        world.db.write(&(&world.cx, &held), |tx, (_, held)| Box::pin(async move { tx.hold(held, "document 1").await })).await.unwrap();
        assert_eq!(world.blobs.collect(&world.db, &real, Duration::from_secs(60)).await.unwrap(), 0, "too young");
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(world.blobs.collect(&world.db, &real, Duration::ZERO).await.unwrap(), 1);
        assert_eq!(world.blobs.addresses().unwrap(), [held.address.as_str()]);
        assert!(world.blobs.reader(&loose.address).is_err());
        assert_eq!(world.blobs.missing(&world.db).await.unwrap(), Vec::<String>::new());
        world.db.write(&(&world.cx, &held), |tx, (_, held)| Box::pin(async move { tx.release(&held.address, "document 1").await })).await.unwrap();
        assert_eq!(world.blobs.collect(&world.db, &real, Duration::ZERO).await.unwrap(), 1);
    }

    async fn the_same_content_is_kept_once(world: World) {
        let a = world.blobs.put_bytes(&world.cx, b"same").await.unwrap();
        let b = world.blobs.put_bytes(&world.cx, b"same").await.unwrap();
        assert_eq!(a, b);
        assert_eq!(world.blobs.addresses().unwrap().len(), 1);
    }
}
