using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.TestKit;

/// <summary>Tensors of deterministic random elements.</summary>
public static class RandomTensor
{
    private static readonly double[] SpecialReals =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-5, -1e-5, 30, -30, 300, -300, 3e9, -3e9, 1e19, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
    ];

    /// <summary>Reals from a normal distribution, small integers, or bools, rounded to the type.</summary>
    public static ReferenceTensor Of(ElementType type, int seed, params int[] lengths)
    {
        var random = new Random(seed);
        return Filled(type, lengths, () => Normal(random), () => type == ElementType.Bool ? random.Next(2) : random.Next(type.IsSigned() ? -20 : 0, 20));
    }

    /// <summary>A third of the elements are those at which elementwise functions change their ways: limits, infinities, NaN.</summary>
    public static ReferenceTensor WithSpecialValues(ElementType type, Random random, params int[] lengths) => Filled(
        type,
        lengths,
        () => random.Next(3) == 0 ? SpecialReals[random.Next(SpecialReals.Length)] : (random.NextDouble() * 8) - 4,
        () => AnyInteger(random, type));

    private static ReferenceTensor Filled(ElementType type, int[] lengths, Func<double> real, Func<long> integer)
    {
        var tensor = new ReferenceTensor(type, lengths);
        for (int i = 0; i < tensor.Count; i++)
        {
            if (tensor.Reals is not null) tensor.Reals[i] = real();
            else tensor.Integers![i] = integer();
        }

        return tensor.Rounded();
    }

    private static double Normal(Random random)
        => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static long AnyInteger(Random random, ElementType type) => type == ElementType.Bool ? random.Next(2) : random.Next(6) switch
    {
        0 => long.MaxValue >> (64 - type.Bits()),
        1 => type.IsSigned() ? long.MinValue >> (64 - type.Bits()) : -1,
        2 => random.NextInt64(),
        3 => random.Next(3) - 1,
        _ => random.Next(-20, 21),
    };
}
