using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Tests.Elementwise;

/// <summary>Random tensors with the values among them at which elementwise functions change their ways.</summary>
internal static class RandomTensors
{
    private static readonly double[] SpecialReals =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-5, -1e-5, 30, -30, 300, -300, 3e9, -3e9, 1e19, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
    ];

    /// <summary>A tensor of a type; a third of its elements are special.</summary>
    public static ReferenceTensor Of(Random random, ElementType type, params int[] lengths)
    {
        var tensor = new ReferenceTensor(type, lengths);
        for (int i = 0; i < tensor.Count; i++)
        {
            if (tensor.IsReal) tensor.Reals![i] = random.Next(3) == 0 ? SpecialReals[random.Next(SpecialReals.Length)] : (random.NextDouble() * 8) - 4;
            else tensor.Integers![i] = Integer(random, type);
        }

        return tensor.Rounded();
    }

    private static long Integer(Random random, ElementType type) => type == ElementType.Bool ? random.Next(2) : random.Next(6) switch
    {
        0 => long.MaxValue >> (64 - type.Bits()),
        1 => type.IsSigned() ? long.MinValue >> (64 - type.Bits()) : -1,
        2 => random.NextInt64(),
        3 => random.Next(3) - 1,
        _ => random.Next(-20, 21),
    };

    /// <summary>The elements as an array of the C# type.</summary>
    public static Array ToArray(ReferenceTensor tensor)
    {
        Tensor data = tensor.ToTensor();
        return tensor.ElementType switch
        {
            ElementType.Float32 => data.AsSpan<float>().ToArray(),
            ElementType.Float64 => data.AsSpan<double>().ToArray(),
            ElementType.Float16 => data.AsSpan<Half>().ToArray(),
            ElementType.Int8 => data.AsSpan<sbyte>().ToArray(),
            ElementType.UInt8 => data.AsSpan<byte>().ToArray(),
            ElementType.Int16 => data.AsSpan<short>().ToArray(),
            ElementType.UInt16 => data.AsSpan<ushort>().ToArray(),
            ElementType.Int32 => data.AsSpan<int>().ToArray(),
            ElementType.UInt32 => data.AsSpan<uint>().ToArray(),
            ElementType.Int64 => data.AsSpan<long>().ToArray(),
            ElementType.UInt64 => data.AsSpan<ulong>().ToArray(),
            ElementType.Bool => data.AsSpan<bool>().ToArray(),
            _ => throw new NotSupportedException(tensor.ElementType.Name()),
        };
    }

    /// <summary>The first difference between a reference and what was computed, or null.</summary>
    public static string? Difference(ReferenceTensor expected, Array actual)
    {
        if (actual.Length != expected.Count) return $"{actual.Length} elements instead of {expected.Count}";
        (double relative, double absolute) = expected.ElementType switch
        {
            ElementType.Float32 => (5e-6, 1e-6),
            ElementType.Float16 => (2e-3, 1e-4),
            _ => (1e-12, 1e-13),
        };
        for (int i = 0; i < actual.Length; i++)
        {
            object value = actual.GetValue(i)!;
            if (!expected.IsReal)
            {
                long bits = value switch { ulong u => unchecked((long)u), bool b => b ? 1 : 0, _ => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture) };
                if (bits != expected.Integers![i]) return $"[{i}] is {bits}, should be {expected.Integers[i]}";
                continue;
            }

            double e = expected.Reals![i];
            double a = value switch { Half h => (double)h, float f => f, _ => (double)value };
            bool same = e.Equals(a) || (double.IsFinite(e) && double.IsFinite(a) && Math.Abs(a - e) <= absolute + (relative * Math.Abs(e)));
            if (!same) return $"[{i}] is {a:R}, should be {e:R}";
        }

        return null;
    }

    /// <summary>The types that generated code computes with.</summary>
    public static ElementType[] Types { get; } =
    [
        ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.Int8, ElementType.UInt8, ElementType.Int16, ElementType.UInt16,
        ElementType.Int32, ElementType.UInt32, ElementType.Int64, ElementType.UInt64, ElementType.Bool,
    ];

    /// <summary>Those of them that a set holds.</summary>
    public static ElementType[] TypesIn(Operators.TypeSet set) => [.. Types.Where(t => Operators.TypeSets.Contains(set, t))];
}
