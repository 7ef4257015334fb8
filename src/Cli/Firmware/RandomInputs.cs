using System;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.InteropServices;
using RedGen.Cli.Execution;
using RedGen.Compiler.Graphs;

namespace RedGen.Cli.Firmware;

/// <summary>Inputs where the user has none: floats between −1 and 1, other types of any bits; the same for every run.</summary>
internal static class RandomInputs
{
    /// <summary>The inputs of one run.</summary>
    public static byte[][] Of(ImmutableArray<Value> inputs, int seed)
    {
        var random = new Random(seed);
        return [.. inputs.Select(v => Of(v, random))];
    }

    private static byte[] Of(Value input, Random random)
    {
        var bytes = new byte[GeneratedModel.ByteLength(input)];
        ElementType type = ((TensorType)input.Type!).ElementType;
        if (type == ElementType.Float32)
        {
            foreach (ref float value in MemoryMarshal.Cast<byte, float>(bytes.AsSpan())) value = (random.NextSingle() * 2) - 1;
            return bytes;
        }

        random.NextBytes(bytes);
        if (type == ElementType.Bool)
            foreach (ref byte value in bytes.AsSpan()) value &= 1;
        return bytes;
    }
}
