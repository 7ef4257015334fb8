#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.TestKit.Guards;

/// <summary>
/// Bytes with a page on either side that nobody may touch (a process that does so ends, with the stack of the culprit), placed at the end or the beginning
/// of the pages between; what these have besides is filled. Where there is no mmap of Linux's, filled memory takes the pages' place.
/// </summary>
public sealed class GuardedMemory : IDisposable
{
    private const int Page = 4096;

    private readonly int _length;
    private readonly int _room;
    private readonly nint _memory;
    private bool _isAtEnd;

    /// <summary>Takes memory; <see cref="Clear"/> fills it.</summary>
    public GuardedMemory(int length)
    {
        _length = length;
        _room = Math.Max(Page, (length + Page - 1) / Page * Page);
        if (!OperatingSystem.IsLinux())
        {
            _memory = Marshal.AllocHGlobal(_room + (2 * Page));
            return;
        }

        _memory = mmap(0, _room + (2 * Page), 3, 0x22, -1, 0);
        if (_memory == -1 || mprotect(_memory, Page, 0) != 0 || mprotect(_memory + Page + _room, Page, 0) != 0) throw new InvalidOperationException("no guarded memory");
    }

    /// <summary>The bytes.</summary>
    public Span<byte> Span => Inner.Slice(First, _length);

    private int First => _isAtEnd ? _room - _length : 0;

    private byte Fill => _isAtEnd ? (byte)0xFF : (byte)0;

    private Span<byte> Inner => MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), _memory + Page), _room);

    /// <summary>Takes a side and fills everything.</summary>
    public void Clear(bool isAtEnd)
    {
        _isAtEnd = isAtEnd;
        Inner.Fill(Fill);
    }

    /// <summary>The first place beside the bytes where something was written; null where nothing was.</summary>
    public int? FirstWrite()
    {
        int before = Inner.Slice(0, First).IndexOfAnyExcept(Fill);
        if (before >= 0) return before - First;
        int after = Inner.Slice(First + _length).IndexOfAnyExcept(Fill);
        return after >= 0 ? _length + after : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (OperatingSystem.IsLinux()) _ = munmap(_memory, _room + (2 * Page));
        else Marshal.FreeHGlobal(_memory);
    }

    [DllImport("libc")]
    private static extern nint mmap(nint address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc")]
    private static extern int mprotect(nint address, nint length, int protection);

    [DllImport("libc")]
    private static extern int munmap(nint address, nint length);
}
