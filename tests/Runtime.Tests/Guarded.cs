using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using RedGen.TestKit.Guards;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>
/// Copies of a kernel's arguments, each between pages that nobody may touch: those of every other instance end where their pages do, the others begin there.
/// An array has one copy, so that arguments which are the same memory stay so.
/// </summary>
internal sealed class Guarded : IDisposable
{
    private static int _count;

    private readonly bool _isAtEnd = (Interlocked.Increment(ref _count) & 1) == 0;
    private readonly Dictionary<Array, GuardedMemory> _copies = new(ReferenceEqualityComparer.Instance);

    /// <summary>The copy of an array; nothing for an empty one.</summary>
    internal Span<T> Of<T>(T[] values)
        where T : unmanaged
    {
        if (values.Length == 0)
        {
            return default;
        }

        if (!_copies.TryGetValue(values, out GuardedMemory? memory))
        {
            memory = new GuardedMemory(values.Length * Unsafe.SizeOf<T>());
            memory.Clear(_isAtEnd);
            MemoryMarshal.AsBytes<T>(values).CopyTo(memory.Span);
            _copies[values] = memory;
        }

        return MemoryMarshal.Cast<byte, T>(memory.Span);
    }

    /// <summary>What the kernel wrote comes into the arrays; a write beside them fails the test.</summary>
    internal void Return()
    {
        foreach ((Array values, GuardedMemory memory) in _copies)
        {
            Assert.Null(memory.FirstWrite());
            memory.Span.CopyTo(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(values), memory.Span.Length));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (GuardedMemory memory in _copies.Values)
        {
            memory.Dispose();
        }
    }
}
