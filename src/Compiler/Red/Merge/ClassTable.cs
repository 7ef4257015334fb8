using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace RedGen.Compiler.Red.Merge;

/// <summary>What a class of channels was computed by; keeps classes of different kinds apart.</summary>
internal enum ClassKind
{
    /// <summary>One number everywhere.</summary>
    Constant,

    /// <summary>Computed in a way that is not looked into.</summary>
    Opaque,

    /// <summary>One position of a channel.</summary>
    Part,

    /// <summary>A row of a linear layer.</summary>
    Row,

    /// <summary>An operator on channels of the same place.</summary>
    Operator,

    /// <summary>The same elements under other lengths.</summary>
    View,

    /// <summary>The content of a constant.</summary>
    Content,

    /// <summary>A name or the text of an operator.</summary>
    Text,
}

/// <summary>
/// Value numbering: equal keys get equal numbers, so that two channels of one class are provably equal. Keys are compared whole;
/// a hash alone proves nothing.
/// </summary>
internal sealed class ClassTable
{
    private readonly Dictionary<int[], int> _classes = new(KeyComparer.Instance);
    private readonly Dictionary<int, double> _constants = [];
    private int _next;

    /// <summary>A class that equals no other.</summary>
    public int Fresh() => _next++;

    /// <summary>The class of a key.</summary>
    public int Of(ClassKind kind, params int[] key) => Intern([(int)kind, .. key]);

    /// <summary>The class of a key followed by the bits of floats; the two zeros count as one.</summary>
    public int Of(ClassKind kind, int[] key, ReadOnlySpan<float> row)
    {
        var whole = new int[1 + key.Length + row.Length];
        whole[0] = (int)kind;
        key.CopyTo(whole, 1);
        ReadOnlySpan<int> bits = MemoryMarshal.Cast<float, int>(row);
        for (int i = 0; i < row.Length; i++) whole[1 + key.Length + i] = row[i] == 0 ? 0 : bits[i];
        return Intern(whole);
    }

    /// <summary>The class of bytes.</summary>
    public int Content(ReadOnlySpan<byte> bytes)
    {
        var key = new int[2 + ((bytes.Length + 3) / 4)];
        key[0] = (int)ClassKind.Content;
        key[1] = bytes.Length;
        bytes.CopyTo(MemoryMarshal.AsBytes(key.AsSpan(2)));
        return Intern(key);
    }

    /// <summary>The class of a text.</summary>
    public int Text(string text)
    {
        var key = new int[1 + text.Length];
        key[0] = (int)ClassKind.Text;
        for (int i = 0; i < text.Length; i++) key[1 + i] = text[i];
        return Intern(key);
    }

    /// <summary>The class of channels that hold one number everywhere.</summary>
    public int Constant(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value == 0 ? 0 : value);
        int id = Intern([(int)ClassKind.Constant, unchecked((int)bits), (int)(bits >> 32)]);
        _constants[id] = value;
        return id;
    }

    /// <summary>The number that a class holds everywhere; null where it holds several or is not known.</summary>
    public double? ConstantOf(int id) => _constants.TryGetValue(id, out double value) ? value : null;

    private int Intern(int[] key)
    {
        if (_classes.TryGetValue(key, out int id)) return id;
        _classes.Add(key, _next);
        return _next++;
    }

    private sealed class KeyComparer : IEqualityComparer<int[]>
    {
        public static KeyComparer Instance { get; } = new();

        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] key)
        {
            // FNV-1a over words, folded: rows of weights differ in high bits.
            ulong hash = 14695981039346656037UL;
            foreach (int word in key) hash = unchecked((hash ^ (uint)word) * 1099511628211UL);
            return unchecked((int)(hash ^ (hash >> 32)));
        }
    }
}
