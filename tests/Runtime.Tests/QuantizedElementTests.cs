using System;
using System.Linq;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Elementwise quantisation and poolings of 8-bit integers against loops over single elements, to the last integer.</summary>
public class QuantizedElementTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(33)]
    [InlineData(1000)]
    public void Quantising_is_that_of_single_elements(int length)
    {
        Data data = new(61);
        float[] x = [.. Enumerable.Range(0, length).Select(i => i % 9 == 0 ? (float)((data.Next(-600, 600) + 0.5) * 0.25) : (float)data.Next(-100_000, 100_000) / 700)];
        float[] special = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, 1e30f, -1e30f];
        for (int i = 0; i < Math.Min(length, special.Length); i++) x[(i * 5) % length] = special[i];
        foreach (int zero in (int[])[0, -128, 127, 5])
        {
            sbyte[] signed = new sbyte[length];
            byte[] unsigned = new byte[length];
            QuantizedElements.Quantize<sbyte>(x, signed, 0.25f, zero);
            QuantizedElements.Quantize<byte>(x, unsigned, 0.25f, zero + 128);
            Assert.Equal(x.Select(v => Saturate.ToInt8(v / 0.25f, zero)), signed);
            Assert.Equal(x.Select(v => Saturate.ToUInt8(v / 0.25f, zero + 128)), unsigned);

            float[] back = new float[length];
            QuantizedElements.Dequantize<sbyte>(signed, back, 0.3f, zero);
            Assert.Equal(signed.Select(v => (v - zero) * 0.3f), back);
            QuantizedElements.Dequantize<byte>(unsigned, back, 0.3f, zero + 128);
            Assert.Equal(unsigned.Select(v => (v - zero - 128) * 0.3f), back);

            float[] snapped = [.. x];
            QuantizedElements.Snap<sbyte>(snapped, snapped, 0.25f, zero);
            Assert.Equal(signed.Select(v => BitConverter.SingleToInt32Bits((v - zero) * 0.25f)), snapped.Select(BitConverter.SingleToInt32Bits));
        }
    }

    [Theory]
    [InlineData(1, 3f, 9f)]
    [InlineData(40, -5f, -1f)]
    [InlineData(129, -2f, 6f)]
    [InlineData(1000, 0f, 0f)]
    public void The_range_of_values_is_that_of_single_elements(int length, float low, float high)
    {
        Data data = new(63);
        float[] x = [.. Enumerable.Range(0, length).Select(_ => low + ((high - low) * data.Next(0, 1000) / 1000f))];
        DynamicQuantization.Range(x, out float expectedScale, out byte expectedZero);
        QuantizedElements.Range(x, out float scale, out byte zero);
        Assert.Equal((expectedScale, expectedZero), (scale, zero));
        byte[] expected = new byte[length];
        byte[] actual = new byte[length];
        DynamicQuantization.Quantize(x, expected, expectedScale, expectedZero);
        QuantizedElements.Quantize<byte>(x, actual, scale, zero);
        Assert.Equal(expected, actual);
        Expect.NoAllocation(() => QuantizedElements.Range(x, out _, out _));
    }

    [Fact]
    public void Sums_of_residuals_are_those_of_single_elements()
    {
        Data data = new(62);
        for (int length = 1; length < 120; length += 7)
        {
            sbyte[] a = [.. Enumerable.Range(0, length).Select(_ => (sbyte)data.Next(-128, 127))];
            byte[] b = [.. Enumerable.Range(0, length).Select(_ => (byte)data.Next(0, 255))];
            sbyte[] y = new sbyte[length];
            new QuantizedSum(leftScale: 0.5f, leftZero: -3, rightScale: 0.25f, rightZero: 100, scale: 0.5f, zeroPoint: -20, lowest: -20, highest: 90).Run<sbyte, byte, sbyte>(a, b, y);
            Assert.Equal(a.Zip(b, (l, r) => (sbyte)Saturate.Round((((l + 3) * 0.5f) + ((r - 100) * 0.25f)) / 0.5f, -20, -20, 90)), y);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(515)]
    public void Tables_are_read_by_the_bits_of_an_element(int length)
    {
        Data data = new(64);
        byte[] table = [.. Enumerable.Range(0, 256).Select(_ => (byte)data.Next(0, 256))];
        byte[] x = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];
        byte[] y = new byte[length];
        ByteTable.Map<byte, byte>(x, y, table);
        Assert.Equal(x.Select(v => table[v]), y);
        sbyte[] signed = [.. x.Select(v => unchecked((sbyte)v))];
        ByteTable.Map<sbyte, sbyte>(signed, signed, [.. table.Select(v => unchecked((sbyte)v))]);
        Assert.Equal(y.Select(v => unchecked((sbyte)v)), signed);
        Assert.Throws<ArgumentException>(() => ByteTable.Map<byte, byte>(x, y, table.AsSpan(1)));
        Expect.NoAllocation(() => ByteTable.Map<byte, byte>(x, y, table));
    }

    [Theory]
    [InlineData(1, 2, 2, 0)]
    [InlineData(12, 3, 2, 1)]
    [InlineData(16, 2, 1, 0)]
    [InlineData(37, 3, 3, 1)]
    public void Poolings_are_those_of_single_windows(int channels, int kernel, int stride, int pad)
    {
        const int Size = 11, Batch = 2;
        Data data = new(63);
        int size = ((Size + (2 * pad) - kernel) / stride) + 1;
        PoolShape shape = new(channels, Size, Size, size, size, kernel, kernel, stride, stride, pad, pad, pad, pad);
        sbyte[] x = [.. Enumerable.Range(0, Batch * Size * Size * channels).Select(_ => (sbyte)data.Next(-128, 127))];
        sbyte[] max = new sbyte[Batch * size * size * channels];
        byte[] average = new byte[max.Length];
        ChannelsLastPool.Max<sbyte>(x, max, Batch, shape);
        new QuantizedAverage(inputScale: 0.1f, inputZero: 3, scale: 0.11f, zeroPoint: 120).Run<sbyte, byte>(x, average, Batch, shape, countIncludePad: false);
        for (int i = 0; i < max.Length; i++)
        {
            int c = i % channels, w = i / channels % size, h = i / channels / size % size, n = i / channels / size / size;
            sbyte[] window = [.. from kh in Enumerable.Range(0, kernel)
                                 from kw in Enumerable.Range(0, kernel)
                                 let row = (h * stride) + kh - pad
                                 let column = (w * stride) + kw - pad
                                 where row is >= 0 and < Size && column is >= 0 and < Size
                                 select x[(((((n * Size) + row) * Size) + column) * channels) + c]];
            Assert.Equal(window.Max(), max[i]);
            float sum = 0f;
            foreach (sbyte element in window) sum += (element - 3) * 0.1f;
            Assert.Equal(Saturate.ToUInt8(sum / window.Length / 0.11f, 120), average[i]);
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        byte[] x = new byte[900], y = new byte[900];
        sbyte[] weights = new sbyte[9 * 3 * 16 * 4 * 4];
        int[] workspace = new int[20_000];
        ConvShape shape = new(1, 9, 16, 10, 10, 7, 8, 3, 3, 1, 1, 1, 1, 0, 0);
        float[] scales = [.. Enumerable.Repeat(0.01f, 16)];
        QuantizedResult result = QuantizedResult.Dequantized(0.01f, scales, default, 0.1f, 0, 0, 255, 0.001f);
        for (int i = 0; i < 3; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            QuantizedConvolution.Run<byte, byte>(x, 3, weights, 1, y, workspace, shape, result);
            long after = GC.GetAllocatedBytesForCurrentThread();
            if (i > 0) Assert.Equal(before, after);
        }
    }
}
