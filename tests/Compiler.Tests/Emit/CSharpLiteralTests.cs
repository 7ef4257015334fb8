using System;
using System.Globalization;
using RedGen.Compiler.Emit;
using Xunit;

namespace RedGen.Compiler.Tests.Emit;

public sealed class CSharpLiteralTests
{
    [Fact]
    public void Every_float_reads_back_to_the_same_bits()
    {
        var random = new Random(7);
        for (int i = 0; i < 200_000; i++)
        {
            float value = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            if (float.IsNaN(value) || float.IsInfinity(value)) continue;
            float back = float.Parse(CSharpLiteral.Of(value).TrimEnd('f'), CultureInfo.InvariantCulture);
            Assert.Equal(BitConverter.SingleToInt32Bits(value), BitConverter.SingleToInt32Bits(back));
        }
    }

    [Theory]
    [InlineData(0f, "0f")]
    [InlineData(-0f, "-0f")]
    [InlineData(1f, "1f")]
    [InlineData(0.1f, "0.1f")]
    [InlineData(float.NaN, "float.NaN")]
    [InlineData(float.PositiveInfinity, "float.PositiveInfinity")]
    [InlineData(float.NegativeInfinity, "float.NegativeInfinity")]
    [InlineData(float.Epsilon, "1.4013E-45f")]
    [InlineData(float.MaxValue, "3.4028235E+38f")]
    public void Floats_are_short(float value, string text) => Assert.Equal(text, CSharpLiteral.Of(value));

    [Fact]
    public void Culture_does_not_matter()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "\u2212" } };
            Assert.Equal("-0.5f", CSharpLiteral.Of(-0.5f));
            Assert.Equal("-2L", CSharpLiteral.Of(RedGen.Compiler.Graphs.ElementType.Int64, -2));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
