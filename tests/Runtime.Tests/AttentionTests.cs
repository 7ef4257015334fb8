using System;
using System.Linq;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Attention heads against their definition in double, by blocks and by rows.</summary>
public class AttentionTests
{
    [Fact]
    public void Both_ways_agree_with_the_definition()
    {
        Data data = new(73);
        for (int i = 0; i < 120; i++)
        {
            (int rows, int keys, int depth, int width) = (data.Next(1, 80), data.Next(1, 50), data.Next(1, 20), data.Next(1, 20));
            float cap = data.Next(0, 1) * 2f;
            float[] q = data.Floats(rows * depth, 2);
            float[] k = data.Floats(keys * depth, 2);
            float[] v = data.Floats(keys * width, 2);
            float[] bias = data.Next(0, 1) == 0 ? [] : data.Floats(rows * keys);
            bool[] allowed = bias.Length > 0 || data.Next(0, 1) == 0 ? [] : [.. Enumerable.Range(0, keys).Select(_ => data.Next(0, 2) > 0)];
            long valid = data.Next(0, 2) == 0 ? data.Next(0, keys) : int.MaxValue;
            long offset = data.Next(0, 1) == 0 ? data.Next(-3, 5) : int.MaxValue;
            int step = bias.Length > 0 ? keys : 0;
            double[] expected = Expected(q, k, v, (rows, keys, depth, width), 0.5, cap, (row, key) =>
                key >= valid || key > row + offset || (allowed.Length > 0 && !allowed[key]) ? double.NegativeInfinity : bias.Length > 0 ? bias[(row * keys) + key] : 0);
            var head = new AttentionHead(rows, keys, depth, width, 0.5f, cap);
            var mask = new AttentionMask(bias, allowed, step, valid, offset);
            string context = $"{rows} x {keys} of {depth} and {width}, cap {cap}, valid {valid}, offset {offset}";
            float[] y = Data.Dirty(rows * width);
            float[] workspace = Data.Dirty(AttentionHead.WorkspaceLength(keys, depth, width));
            using Guarded guarded = new();
            head.Pack(guarded.Of(k), guarded.Of(v), guarded.Of(workspace));
            head.Run(guarded.Of(q), depth, guarded.Of(y), width, mask, guarded.Of(workspace));
            guarded.Return();
            Expect.Close(expected, y, 2e-5, context);
            float[] z = Data.Dirty(rows * width);
            head.RunRows(guarded.Of(q), depth, guarded.Of(k), guarded.Of(v), guarded.Of(z), width, mask, guarded.Of(Data.Dirty(keys)));
            guarded.Return();
            Expect.Close(expected, z, 2e-5, context);
        }
    }

    [Fact]
    public void Rows_may_stand_apart()
    {
        Data data = new(74);
        float[] q = data.Floats(9 * 7);
        float[] k = data.Floats(5 * 3);
        var head = new AttentionHead(9, 5, 3, 3, 1f, 0f);
        double[] expected = Expected([.. Enumerable.Range(0, 9).SelectMany(r => q.Skip(r * 7).Take(3))], k, k, (9, 5, 3, 3), 1, 0, (_, _) => 0);
        float[] y = new float[9 * 4];
        float[] workspace = new float[AttentionHead.WorkspaceLength(5, 3, 3)];
        head.Pack(k, k, workspace);
        head.Run(q, 7, y, 4, new AttentionMask(default, default, 0, int.MaxValue, int.MaxValue), workspace);
        Expect.Close(expected, [.. Enumerable.Range(0, 9).SelectMany(r => y.Skip(r * 4).Take(3))], 1e-5, "apart");
        Assert.All(Enumerable.Range(0, 9), r => Assert.Equal(0f, y[(r * 4) + 3]));
    }

    private static double[] Expected(float[] q, float[] k, float[] v, (int Rows, int Keys, int Depth, int Width) size, double scale, double cap, Func<int, int, double> bias)
    {
        double[] y = new double[size.Rows * size.Width];
        for (int row = 0; row < size.Rows; row++)
        {
            double[] scores = [.. Enumerable.Range(0, size.Keys).Select(key => scale * Enumerable.Range(0, size.Depth).Sum(d => (double)q[(row * size.Depth) + d] * k[(key * size.Depth) + d]))];
            if (cap != 0) scores = [.. scores.Select(s => cap * Math.Tanh(s / cap))];
            scores = [.. scores.Select((s, key) => s + bias(row, key))];
            if (scores.All(double.IsNegativeInfinity)) continue;
            double max = scores.Max();
            double sum = scores.Sum(s => Math.Exp(s - max));
            for (int key = 0; key < size.Keys; key++)
            {
                for (int d = 0; d < size.Width; d++)
                {
                    y[(row * size.Width) + d] += Math.Exp(scores[key] - max) / sum * v[(key * size.Width) + d];
                }
            }
        }

        return y;
    }
}
