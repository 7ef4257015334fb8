using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>The beginning of a cache line in memory that begins anywhere.</summary>
public class AlignedMemoryTests
{
    [Fact]
    public void The_part_begins_with_a_cache_line_and_has_the_length()
    {
        float[] memory = GC.AllocateArray<float>(200, pinned: true);
        for (int start = 0; start < 32; start++)
        {
            Span<float> part = AlignedMemory.Slice<float>(memory.AsSpan(start, 100 + 16), 100);
            Assert.Equal(100, part.Length);
            nint address = Unsafe.ByteOffset(ref Unsafe.NullRef<float>(), ref MemoryMarshal.GetReference(part));
            Assert.Equal(0, address % AlignedMemory.LineBytes);
        }
    }

    [Fact]
    public void A_copy_begins_with_a_cache_line_and_stays_there()
    {
        for (int length = 0; length < 70; length++)
        {
            float[] values = new Data(length).Floats(length);
            float[] copy = AlignedMemory.Copy(values);
            GC.Collect(0);
            ReadOnlySpan<float> part = AlignedMemory.OfCopy(copy);
            Assert.Equal(values, part.ToArray());
            Assert.Equal(0, Unsafe.ByteOffset(ref Unsafe.NullRef<float>(), ref MemoryMarshal.GetReference(part)) % AlignedMemory.LineBytes);
        }
    }

    [Fact]
    public void Memory_without_room_gives_what_there_is()
    {
        byte[] memory = new byte[10];
        Assert.Equal(10, AlignedMemory.Slice<byte>(memory, 10).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => AlignedMemory.Slice<byte>(memory, 11).Length);
    }
}
