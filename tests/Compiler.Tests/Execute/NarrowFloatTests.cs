using System;
using System.Collections.Generic;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using Xunit;
using Bits = RedGen.Runtime.NarrowFloat;

namespace RedGen.Compiler.Tests.Execute;

/// <summary>The floats that C# lacks: what the specification's tables say, and the runtime's fast conversions against the reference.</summary>
public sealed class NarrowFloatTests
{
    private static readonly Dictionary<ElementType, (Func<byte, float> From, Func<double, bool, byte> To)> Conversions = new()
    {
        [ElementType.Float8E4M3FN] = (Bits.FromE4M3FN, Bits.ToE4M3FN),
        [ElementType.Float8E4M3FNUZ] = (Bits.FromE4M3FNUZ, Bits.ToE4M3FNUZ),
        [ElementType.Float8E5M2] = (Bits.FromE5M2, Bits.ToE5M2),
        [ElementType.Float8E5M2FNUZ] = (Bits.FromE5M2FNUZ, Bits.ToE5M2FNUZ),
        [ElementType.Float4E2M1] = (Bits.FromE2M1, (x, _) => Bits.ToE2M1(x)),
        [ElementType.Float8E8M0] = (Bits.FromE8M0, Bits.ToE8M0Up),
    };

    public static TheoryData<ElementType> Types => [.. Conversions.Keys];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_code_is_the_value_that_encodes_to_it(ElementType type)
    {
        for (int code = 0; code < (type == ElementType.Float4E2M1 ? 16 : 256); code++)
        {
            double value = NarrowFloats.Decode(type, code);
            Assert.Equal(value, (double)Conversions[type].From((byte)code));
            Assert.Equal(value, NarrowFloats.Round(type, value));
            if (double.IsNaN(value)) continue;
            Assert.Equal(code, NarrowFloats.Encode(type, value));
            Assert.Equal(code, Conversions[type].To(value, false));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Runtime_and_reference_round_alike(ElementType type)
    {
        var random = new Random(4);
        for (int i = 0; i < 20_000; i++)
        {
            double value = (random.Next(2) == 0 ? -1 : 1) * (1 + (random.Next(17) / 16.0) + ((random.Next(3) - 1) * 1e-9)) * Math.Pow(2, random.Next(-25, 22));
            if (type == ElementType.Float8E8M0) value *= Math.Pow(2, random.Next(-150, 150));
            foreach (bool saturate in new[] { true, false })
            {
                double expected = NarrowFloats.Convert(type, value, saturate, PowerRounding.Up);
                Assert.Equal(expected, (double)Conversions[type].From(Conversions[type].To(value, saturate)));
            }

            if (type != ElementType.Float8E8M0) continue;
            Assert.Equal(NarrowFloats.Convert(type, value, true, PowerRounding.Down), Bits.FromE8M0(Bits.ToE8M0Down(value, true)));
            Assert.Equal(NarrowFloats.Convert(type, value, false, PowerRounding.Nearest), Bits.FromE8M0(Bits.ToE8M0Nearest(value, false)));
        }
    }

    /// <summary>The table of Cast, a row a format: the largest value, what is beyond it becomes where nothing saturates, and the smallest value.</summary>
    [Theory]
    [InlineData(ElementType.Float8E4M3FN, 448, double.NaN, 0.001953125)]
    [InlineData(ElementType.Float8E4M3FNUZ, 240, double.NaN, 0.0009765625)]
    [InlineData(ElementType.Float8E5M2, 57344, double.PositiveInfinity, 1.52587890625e-05)]
    [InlineData(ElementType.Float8E5M2FNUZ, 57344, double.NaN, 7.62939453125e-06)]
    [InlineData(ElementType.Float4E2M1, 6, 6, 0.5)]
    public void Limits(ElementType type, double largest, double beyond, double smallest)
    {
        double Cast(double value, bool saturate) => NarrowFloats.Convert(type, value, saturate, PowerRounding.Up);
        Assert.Equal(largest, Cast(double.PositiveInfinity, true));
        Assert.Equal(-largest, Cast(double.NegativeInfinity, true));
        Assert.Equal(largest, Cast(largest * 1.2, true));
        Assert.Equal(beyond, Cast(double.PositiveInfinity, false));
        Assert.Equal(beyond, Cast(largest * 1.2, false));
        Assert.Equal(smallest, Cast(smallest, true));
        Assert.Equal(0, Cast(smallest / 2, true));
        Assert.Equal(smallest, Cast(smallest * 0.51, true));
        Assert.Equal(type != ElementType.Float4E2M1, double.IsNaN(Cast(double.NaN, true)));
        bool hasNegativeZero = type is not (ElementType.Float8E4M3FNUZ or ElementType.Float8E5M2FNUZ);
        Assert.Equal(hasNegativeZero, double.IsNegative(Cast(-0.0, true)));
    }

    [Fact]
    public void Rounding_to_bfloat16_is_the_references()
    {
        var random = new Random(3);
        for (int i = 0; i < 200_000; i++)
        {
            double value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (i % 2 == 0) value = (random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-140, 130));
            // A middle between two values, and what lies just beside it.
            if (i % 4 == 0) value = (double)BFloat16.FromBits((ushort)random.Next(0x7F00)) * (1 + (1.0 / 256) + ((random.Next(3) - 1) * 1e-15));
            Assert.Equal(ElementRounding.Round(ElementType.BFloat16, value), (double)(BFloat16)value);
            Assert.Equal(ElementRounding.Round(ElementType.BFloat16, (float)value), (double)(BFloat16)(float)value);
        }
    }

    [Fact]
    public void Bfloat16_compares_as_float()
    {
        BFloat16 nan = (BFloat16)float.NaN, one = (BFloat16)1f, two = (BFloat16)2f;
        Assert.True(one < two && two >= one && one != two && one == (BFloat16)1.0);
        Assert.False(nan == BFloat16.FromBits(nan.ToBits()));
        Assert.True(nan.Equals(nan) && BFloat16.IsNaN(nan));
        Assert.Equal(0x3F80, one.ToBits());
        Assert.Equal("1.5", ((BFloat16)1.5f).ToString(null, System.Globalization.CultureInfo.InvariantCulture));
        // A NaN of the lower half stays NaN.
        Assert.True(BFloat16.IsNaN((BFloat16)BitConverter.UInt32BitsToSingle(0x7F800001)));
    }
}
