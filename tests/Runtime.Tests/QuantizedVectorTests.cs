using System;
using System.Linq;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>The micro-kernels of quantised layers with every width of vector that this processor has.</summary>
public class QuantizedVectorTests
{
    [Fact]
    public void All_vectors_give_the_same_sums()
    {
        Data data = new(52);
        for (int i = 0; i < 60; i++)
        {
            int length = 4 * data.Next(1, 20);
            int[] runs = [.. Enumerable.Range(0, data.Next(1, 4)).Select(r => r * (length + 7))];
            int[] taps = [.. Enumerable.Range(0, 2 * data.Next(1, 6)).Select(_ => data.Next(0, 300))];
            short[] input = [.. Enumerable.Range(0, 1000).Select(_ => (short)data.Next(-255, 255))];
            int count = data.Next(1, 8);
            int[] places = [.. Enumerable.Range(0, 12).Select(_ => data.Next(0, 400))];
            int zero = i % 2 == 0 ? 0 : data.Next(-128, 127);
            sbyte[] weights = [.. Enumerable.Range(0, Math.Max(runs.Length * length, taps.Length) * 16).Select(_ => (sbyte)data.Next(-128, 127))];
            int[] dense = [.. from p in Enumerable.Range(0, count)
                              from m in Enumerable.Range(0, 16)
                              select (from r in Enumerable.Range(0, runs.Length)
                                      from k in Enumerable.Range(0, length)
                                      let tap = (r * length) + k
                                      select input[places[p] + runs[r] + k] * (weights[(tap / 4 * 64) + (m * 4) + (tap % 4)] - zero)).Sum()];
            int[] depthwise = [.. from p in Enumerable.Range(0, count)
                                  from m in Enumerable.Range(0, 16)
                                  select Enumerable.Range(0, taps.Length).Sum(t => input[places[p] + taps[t] + m] * (weights[(t / 2 * 32) + (m * 2) + (t % 2)] - zero))];
            Check<ScalarIntegerLanes>();
            Check<IntegerLanes128>();
            if (System.Runtime.Intrinsics.X86.Avx2.IsSupported) Check<IntegerLanes256>();
            if (IntegerLanes512.IsSupported) Check<IntegerLanes512>();
            if (ByteDotLanes.IsSupported && zero == 0) CheckBytes();

            void CheckBytes()
            {
                // Bytes less a zero point of 200.
                byte[] bytes = [.. input.Select(x => (byte)x)];
                int[] corrections = new int[16];
                ByteDotLanes.Corrections(weights.AsSpan(0, runs.Length * length * 16), 200, corrections);
                int[] sums = new int[12 * 16];
                QuantizedSums.Dense<ByteDotLanes>(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(bytes), places, count, runs, length, weights, 16, 0, sums);
                Assert.Equal(
                    from p in Enumerable.Range(0, count)
                    from m in Enumerable.Range(0, 16)
                    select (from r in Enumerable.Range(0, runs.Length)
                            from k in Enumerable.Range(0, length)
                            let tap = (r * length) + k
                            select (bytes[places[p] + runs[r] + k] - 200) * weights[(tap / 4 * 64) + (m * 4) + (tap % 4)]).Sum(),
                    sums.Take(count * 16).Select((s, i) => s + corrections[i % 16]));
            }

            void Check<TLanes>()
                where TLanes : struct, IPairLanes<TLanes>
            {
                int[] sums = new int[12 * 16];
                QuantizedSums.Dense<TLanes>(input, places, count, runs, length, weights, 16, zero, sums);
                Assert.Equal(dense, sums.Take(dense.Length));
                QuantizedSums.Depthwise<TLanes>(input, places, count, taps, weights, 16, zero, sums);
                Assert.Equal(depthwise, sums.Take(depthwise.Length));
            }
        }
    }
}
