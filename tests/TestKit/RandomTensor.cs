using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.TestKit;

/// <summary>Tensors of deterministic random elements.</summary>
public static class RandomTensor
{
    /// <summary>Reals from a normal distribution, small integers, or bools, rounded to the type.</summary>
    public static ReferenceTensor Of(ElementType type, int seed, params int[] lengths)
    {
        var random = new Random(seed);
        var tensor = new ReferenceTensor(type, lengths);
        for (int i = 0; i < tensor.Count; i++)
        {
            if (tensor.Reals is not null) tensor.Reals[i] = Normal(random);
            else tensor.Integers![i] = type == ElementType.Bool ? random.Next(2) : random.Next(type.IsSigned() ? -20 : 0, 20);
        }

        return tensor.Rounded();
    }

    private static double Normal(Random random)
        => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
