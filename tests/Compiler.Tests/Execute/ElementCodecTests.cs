using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using Xunit;

namespace RedGen.Compiler.Tests.Execute;

public sealed class ElementCodecTests
{
    [Fact]
    public void Every_half_decodes_as_the_framework_says_and_encodes_back()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            double expected = (double)BitConverter.UInt16BitsToHalf((ushort)bits);
            double actual = ElementCodec.HalfToDouble((ushort)bits);
            Assert.Equal(expected, actual);
            if (!double.IsNaN(actual)) Assert.Equal(bits, ElementCodec.DoubleToHalf(actual));
        }
    }

    [Fact]
    public void Rounding_to_half_is_the_frameworks()
    {
        var random = new Random(3);
        for (int i = 0; i < 200_000; i++)
        {
            double value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (i % 2 == 0) value = (random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-30, 20));
            if (double.IsNaN(value)) continue;
            Assert.Equal((double)(Half)value, ElementRounding.Round(ElementType.Float16, value));
        }
    }

    [Theory]
    [InlineData(ElementType.Int4, -8, 7)]
    [InlineData(ElementType.UInt4, 0, 15)]
    [InlineData(ElementType.Int2, -2, 1)]
    [InlineData(ElementType.UInt2, 0, 3)]
    [InlineData(ElementType.Int8, -128, 127)]
    [InlineData(ElementType.UInt16, 0, 65535)]
    public void Integers_survive_the_round_trip(ElementType type, long lowest, long highest)
    {
        long[] values = [lowest, highest, 0, 1, lowest];
        var back = ReferenceTensor.FromTensor(new ReferenceTensor(type, [5], values).ToTensor());
        Assert.Equal(values, back.Integers);
    }
}
