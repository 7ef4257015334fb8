using System;
using System.Linq;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Softmax, LogSoftmax and reductions against their definitions in double.</summary>
public class SoftmaxTests
{
    [Fact]
    public void Softmax_and_its_logarithm_agree_with_the_definition()
    {
        Data data = new(31);
        for (int i = 0; i < 300; i++)
        {
            (int outer, int axis, int inner) = (data.Next(1, 4), data.Next(1, 50), data.Next(0, 1) == 0 ? 1 : data.Next(1, 100));
            float[] x = data.Floats(outer * axis * inner, 30);
            double[] log = new double[x.Length];
            OverLines(outer, axis, inner, (line, _) =>
            {
                double max = line.Max(j => x[j]);
                double sum = line.Sum(j => Math.Exp(x[j] - max));
                foreach (int j in line)
                {
                    log[j] = x[j] - max - Math.Log(sum);
                }
            });
            string context = $"{outer} x {axis} x {inner}";
            float[] y = Data.Dirty(x.Length);
            using Guarded guarded = new();
            Softmax.Run(guarded.Of(x), guarded.Of(y), outer, axis, inner);
            guarded.Return();
            Expect.Close(log.Select(Math.Exp).ToArray(), y, 1e-6, context);
            Softmax.RunLog(guarded.Of(x), guarded.Of(y), outer, axis, inner);
            guarded.Return();
            Expect.Close(log, y, 1e-6, context);
            float[] again = (float[])x.Clone();
            Softmax.RunLog(guarded.Of(again), guarded.Of(again), outer, axis, inner);
            guarded.Return();
            Assert.Equal(y, again);
        }
    }

    [Fact]
    public void Large_numbers_do_not_overflow_and_minus_infinity_is_nothing()
    {
        float[] y = new float[4];
        Softmax.Run([1000, 1000, float.NegativeInfinity, -1000], y, 1, 4, 1);
        Assert.Equal([0.5f, 0.5f, 0f, 0f], y);
        Softmax.Run([1, float.NaN, 2, 3], y, 1, 4, 1);
        Assert.All(y, v => Assert.True(float.IsNaN(v)));
    }

    [Fact]
    public void Reductions_agree_with_the_definition()
    {
        Data data = new(32);
        for (int i = 0; i < 200; i++)
        {
            (int outer, int axis, int inner) = (data.Next(1, 4), data.Next(1, 90), data.Next(0, 1) == 0 ? 1 : data.Next(1, 100));
            float[] x = data.Floats(outer * axis * inner, 1.2f);
            CheckReduction(x, outer, axis, inner, default(SumReduction), line => line.Sum());
            CheckReduction(x, outer, axis, inner, default(MeanReduction), line => line.Average());
            CheckReduction(x, outer, axis, inner, default(MaxReduction), line => line.Max());
            CheckReduction(x, outer, axis, inner, default(MinReduction), line => line.Min());
            CheckReduction(x, outer, axis, inner, default(ProdReduction), line => line.Aggregate(1.0, (a, b) => a * b));
            CheckReduction(x, outer, axis, inner, default(L1Reduction), line => line.Sum(Math.Abs));
            CheckReduction(x, outer, axis, inner, default(L2Reduction), line => Math.Sqrt(line.Sum(v => v * v)));
            CheckReduction(x, outer, axis, inner, default(SumSquareReduction), line => line.Sum(v => v * v));
            float[] positive = x.Select(v => v + 1.3f).ToArray();
            CheckReduction(positive, outer, axis, inner, default(LogSumReduction), line => Math.Log(line.Sum()));
            double[] expected = Reference(x, outer, axis, inner, line => Math.Log(line.Sum(Math.Exp)));
            float[] y = Data.Dirty(outer * inner);
            Reduce.LogSumExp(x, y, outer, axis, inner);
            Expect.Close(expected, y, 2e-6, $"log sum exp of {outer} x {axis} x {inner}");
        }
    }

    [Fact]
    public void Nan_and_infinity_follow_the_definition()
    {
        float[] y = new float[1];
        for (int place = 0; place < 40; place++)
        {
            float[] x = new float[40];
            x[place] = float.NaN;
            Reduce.Run(x, y, 1, 40, 1, default(MaxReduction));
            Assert.Equal(float.NaN, y[0]);
            Reduce.Run(x, y, 1, 40, 1, default(MinReduction));
            Assert.Equal(float.NaN, y[0]);
            x[place] = float.PositiveInfinity;
            Reduce.LogSumExp(x, y, 1, 40, 1);
            Assert.Equal(float.PositiveInfinity, y[0]);
        }

        Reduce.LogSumExp([float.NegativeInfinity, float.NegativeInfinity], y, 1, 2, 1);
        Assert.Equal(float.NegativeInfinity, y[0]);
    }

    [Fact]
    public void No_call_allocates()
    {
        float[] x = new float[100];
        float[] y = new float[100];
        Expect.NoAllocation(() => Softmax.Run(x, y, 1, 100, 1));
        Expect.NoAllocation(() => Softmax.RunLog(x, y, 2, 5, 10));
        Expect.NoAllocation(() => Reduce.Run(x, y, 1, 100, 1, default(MeanReduction)));
        Expect.NoAllocation(() => Reduce.LogSumExp(x, y, 2, 5, 10));
    }

    private static void CheckReduction<T>(float[] x, int outer, int axis, int inner, T reduction, Func<double[], double> definition)
        where T : struct, IReduction
    {
        float[] y = Data.Dirty(outer * inner);
        using Guarded guarded = new();
        Reduce.Run(guarded.Of(x), guarded.Of(y), outer, axis, inner, reduction);
        guarded.Return();
        Expect.Close(Reference(x, outer, axis, inner, definition), y, 1e-5, $"{typeof(T).Name} of {outer} x {axis} x {inner}");
    }

    private static double[] Reference(float[] x, int outer, int axis, int inner, Func<double[], double> definition)
    {
        double[] y = new double[outer * inner];
        OverLines(outer, axis, inner, (line, at) => y[at] = definition(line.Select(j => (double)x[j]).ToArray()));
        return y;
    }

    private static void OverLines(int outer, int axis, int inner, Action<int[], int> visit)
    {
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
            {
                visit(Enumerable.Range(0, axis).Select(a => (((o * axis) + a) * inner) + i).ToArray(), (o * inner) + i);
            }
        }
    }
}
