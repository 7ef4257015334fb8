#nullable enable
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.TestKit.Guards;

/// <summary>
/// One call of a layer on copies of its arguments, each alone in memory of its own: see <see cref="GuardedMemory"/>. The call runs once on either side;
/// what lies around the copies, and in workspaces, is all ones in the first run and zeros in the second. It must stay so, and must not show in the results.
/// This file is compiled into the tests and into what they generate, which sees neither the tests nor their packages.
/// </summary>
public sealed class GuardedCall(string name) : IDisposable
{
    private static readonly ConcurrentDictionary<(string Name, bool IsAtEnd), GuardedMemory> Constants = new();

    [ThreadStatic]
    private static bool _isAtEnd;

    private readonly List<Part> _parts = new();
    private readonly List<GuardedMemory> _memory = new();
    private bool _outerSide;

    /// <summary>Tells of an argument; the arguments keep their order.</summary>
    public void Add(string argument, ReadOnlySpan<byte> bytes, bool isWritten)
    {
        nint address = Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(bytes));
        _parts.Add(new Part { Argument = argument, First = address, End = address + bytes.Length, IsWritten = isWritten, IsWorkspace = isWritten && argument is "workspace" or "scratch" });
    }

    /// <summary>Begins a run on the side: arguments end where their memory does, or begin there.</summary>
    public void Begin(bool isAtEnd)
    {
        if (_memory.Count == 0) Place();
        _outerSide = _isAtEnd;
        _isAtEnd = isAtEnd;
        foreach (GuardedMemory memory in _memory) memory.Clear(isAtEnd);
    }

    /// <summary>Copies an argument in.</summary>
    public void Load(int index, ReadOnlySpan<byte> bytes)
    {
        if (!_parts[index].IsWorkspace) bytes.CopyTo(Span<byte>(index));
    }

    /// <summary>The argument's copy.</summary>
    public Span<T> Span<T>(int index)
        where T : struct
    {
        Part part = _parts[index];
        return MemoryMarshal.Cast<byte, T>(_memory[part.Memory].Span.Slice(part.Offset, (int)(part.End - part.First)));
    }

    /// <summary>Ends a run: nothing around may have changed, and the second run's results must be those of the first.</summary>
    public void End()
    {
        _isAtEnd = _outerSide;
        for (int i = 0; i < _parts.Count; i++)
        {
            Part part = _parts[i];
            if (_memory[part.Memory].FirstWrite() is { } place) throw new InvalidOperationException(name + " writes at byte " + place + " of '" + part.Argument + "', " + (part.End - part.First) + " bytes long");
            if (!part.IsWritten || part.IsWorkspace) continue;
            if (part.Result is null) part.Result = Span<byte>(i).ToArray();
            else if (!Span<byte>(i).SequenceEqual(part.Result)) throw new InvalidOperationException(name + ": '" + part.Argument + "' depends on what lies around the arguments or in the workspace, from byte " + Span<byte>(i).CommonPrefixLength(part.Result));
        }
    }

    /// <summary>Copies a result out.</summary>
    public void Store(int index, Span<byte> bytes) => Span<byte>(index).CopyTo(bytes);

    /// <summary>A constant's copy on the side of the call that reads it.</summary>
    public static ReadOnlySpan<T> Constant<T>(string name, ReadOnlySpan<T> values)
        where T : struct
    {
        bool isAtEnd = _isAtEnd;
        if (!Constants.TryGetValue((name, isAtEnd), out GuardedMemory? memory))
        {
            memory = new GuardedMemory(values.Length * Unsafe.SizeOf<T>());
            memory.Clear(isAtEnd);
            MemoryMarshal.AsBytes(values).CopyTo(memory.Span);
            memory = Constants.GetOrAdd((name, isAtEnd), memory);
        }

        return MemoryMarshal.Cast<byte, T>(memory.Span);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (GuardedMemory memory in _memory) memory.Dispose();
    }

    /// <summary>Arguments that overlap lie so in their copies too.</summary>
    private void Place()
    {
        var order = new List<Part>(_parts);
        order.Sort(static (a, b) => a.First.CompareTo(b.First));
        for (int i = 0; i < order.Count;)
        {
            nint first = order[i].First;
            nint end = order[i].End;
            for (; i < order.Count && (order[i].First < end || order[i].First == first); i++)
            {
                end = Math.Max(end, order[i].End);
                order[i].Memory = _memory.Count;
                order[i].Offset = (int)(order[i].First - first);
            }

            _memory.Add(new GuardedMemory((int)(end - first)));
        }
    }

    private sealed class Part
    {
        public string Argument = "";
        public nint First;
        public nint End;
        public bool IsWritten;
        public bool IsWorkspace;
        public int Memory;
        public int Offset;
        public byte[]? Result;
    }
}
