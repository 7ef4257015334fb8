using System;
using System.Linq;
using Xunit;

namespace RedGen.Runtime.Tests;

public class StridedAttentionTests
{
    /// <summary>Heads of random sizes that stand in one tensor of queries, keys and values, some of them transposed, with and without a mask.</summary>
    [Fact]
    public void Heads_agree_with_the_definition()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var data = new Data(seed);
            (int rows, int keys, int depth, int width) = (data.Next(1, 70), data.Next(1, 40), data.Next(1, 20), data.Next(1, 40));
            if (seed % 10 == 0) keys += 60;
            bool transposed = data.Next(0, 2) == 0;
            int row = transposed ? 1 : depth + data.Next(0, 5);
            int element = transposed ? Math.Max(rows, keys) + data.Next(0, 3) : 1;
            float[] q = data.Floats((Math.Max(rows, keys) * row) + (depth * element), 2f);
            float[] k = data.Floats(q.Length, 2f);
            int valueRow = transposed ? 1 : width + data.Next(0, 5);
            int valueElement = transposed ? keys : 1;
            float[] v = data.Floats((keys * valueRow) + (width * valueElement));
            float[] mask = data.Next(0, 1) == 0 ? [] : [.. data.Floats(rows * keys).Select((m, i) => i % 5 == 3 && i % keys > 0 ? float.NegativeInfinity : m)];
            int outputRow = width + data.Next(0, 4);
            var y = Data.Dirty(rows * outputRow);
            var head = new StridedAttention(rows, keys, depth, width, 0.7f);
            using Guarded guarded = new();
            head.Run(
                new(guarded.Of(q), row, element), new(guarded.Of(k), row, element), new(guarded.Of(v), valueRow, valueElement), new(guarded.Of(mask), keys),
                guarded.Of(y), outputRow, guarded.Of(Data.Dirty(StridedAttention.WorkspaceLength(keys, depth, width))));
            guarded.Return();
            for (int i = 0; i < rows; i++)
            {
                double[] scores = [.. Enumerable.Range(0, keys).Select(j => (0.7 * Enumerable.Range(0, depth).Sum(d => (double)q[(i * row) + (d * element)] * k[(j * row) + (d * element)])) + (mask.Length == 0 ? 0 : mask[(i * keys) + j]))];
                double max = scores.Max();
                double sum = scores.Sum(s => Math.Exp(s - max));
                double[] expected = [.. Enumerable.Range(0, width).Select(c => Enumerable.Range(0, keys).Sum(j => Math.Exp(scores[j] - max) / sum * v[(j * valueRow) + (c * valueElement)]))];
                Expect.Close(expected, y.AsSpan(i * outputRow, width), 1e-5, $"seed {seed}, row {i}");
                Assert.True(i == rows - 1 || y.AsSpan((i * outputRow) + width, outputRow - width).ToArray().All(float.IsNaN), "a row wrote beyond its end");
            }
        }
    }

    [Fact]
    public void Infinities_spread_as_in_Softmax()
    {
        float[] q = [1f, 1f];
        float[] v = [1f, 2f, 3f];
        var y = new float[2];
        float[] mask = [float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, 0f, float.NegativeInfinity];
        new StridedAttention(2, 3, 1, 1, 1f).Run(new(q, 1), new(v, 1), new(v, 1), new(mask, 3), y, 1, new float[StridedAttention.WorkspaceLength(3, 1, 1)]);
        Expect.SameBits([float.NaN, 2f], y);
    }

    [Fact]
    public void Spans_that_are_too_short_are_refused()
    {
        var head = new StridedAttention(3, 4, 5, 6, 1f);
        var workspace = new float[StridedAttention.WorkspaceLength(4, 5, 6)];
        Assert.Throws<ArgumentException>(() => head.Run(new(new float[14], 5), new(new float[20], 5), new(new float[24], 6), default, new float[18], 6, workspace));
        Assert.Throws<ArgumentException>(() => head.Run(new(new float[15], 5), new(new float[20], 5), new(new float[24], 6), default, new float[17], 6, workspace));
        Assert.Throws<ArgumentException>(() => head.Run(new(new float[15], 5), new(new float[20], 5), new(new float[24], 6), new(new float[11], 4), new float[18], 6, workspace));
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var x = new Data(1).Floats(3 * 8 * 32);
        var y = new float[8 * 32];
        var workspace = new float[StridedAttention.WorkspaceLength(8, 8, 8)];
        Expect.NoAllocation(() => new StridedAttention(8, 8, 8, 8, 0.5f).Run(new(x, 96), new(x.AsSpan(32), 96), new(x.AsSpan(64), 96), default, y, 32, workspace));
    }
}
