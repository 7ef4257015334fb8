using System;
using System.Linq;
using System.Numerics;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Every activation at every width of vector, and the operations that activations are made of.</summary>
public class LaneTests
{
    /// <summary>Both signs of every magnitude, and what is special.</summary>
    private static readonly float[] Values =
    [
        0f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon, 1e-39f, -1e-39f,
        .. Enumerable.Range(0, 3000).Select(i => (i % 2 == 0 ? 1 : -1) * MathF.Pow(10f, (i / 3000f * 60f) - 30f)),
        .. Enumerable.Range(0, 4000).Select(i => (i / 100f) - 20f),
        .. Enumerable.Range(0, 400).Select(i => (i / 20f) - 105f),
    ];

    [Fact]
    public void Activations_agree_at_every_width()
    {
        Agree(default(Identity));
        Agree(default(Relu));
        Agree(new Clip(-1.5f, 6f));
        Agree(new Clip(3f, 1f));
        Agree(new LeakyRelu(0.1f));
        Agree(new HardSigmoid(0.2f, 0.5f), 1);
        Agree(default(HardSwish), 1);
        Agree(default(Sigmoid));
        Agree(default(Tanh));
        Agree(default(Erf));
        Agree(default(Exp));
        Agree(default(Log));
        Agree(default(Sin));
        Agree(default(Cos));
        Agree(default(Asin));
        Agree(default(Acos));
        Agree(default(Atan));
        Agree(default(Softplus));
        Agree(new Silu(1.5f));
        Agree(default(Gelu));
        Agree(new ScaledGelu(2f));
        Agree(default(GeluTanh));
        Agree(new Elu(0.7f));
        Agree(new Selu(1.6f, 1.05f));
        Agree(default(Mish));
        Agree(new Affine(2f, -1f));
        Agree(new ScaledTanh(1.7f, 0.6f));
        Agree(default(Softsign));
        Agree(new ThresholdedRelu(1f));
        Agree(new Clipped<Tanh>(0.5f, default));
    }

    [Fact]
    public void Relu_and_Clip_keep_NaN_and_the_sign_of_zero()
    {
        float[] x = [float.NaN, -0f, 0f, -1f, 2f, float.PositiveInfinity, float.NegativeInfinity, .. new float[25]];
        var y = new float[x.Length];
        Elementwise.Map(x, y, default(Relu));
        Expect.SameBits([float.NaN, -0f, 0f, 0f, 2f, float.PositiveInfinity, 0f], y.AsSpan(0, 7));
        Elementwise.Map(x, y, new Clip(0f, 1f));
        Expect.SameBits([float.NaN, -0f, 0f, 0f, 1f, 1f, 0f], y.AsSpan(0, 7));
    }

    [Fact]
    public void A_map_writes_its_length_and_no_more_in_place_or_not()
    {
        for (int length = 0; length < 70; length++)
        {
            float[] x = new Data(length).Floats(length + 1, 4f);
            var y = new float[length + 1];
            y[length] = 7f;
            float[] expected = [.. x.Take(length).Select(default(Tanh).Apply)];
            Elementwise.Map(x.AsSpan(0, length), y, default(Tanh));
            Expect.SameBits(expected, y.AsSpan(0, length));
            Assert.Equal(7f, y[length]);
            float after = x[length];
            Elementwise.Map(x.AsSpan(0, length), x, default(Tanh));
            Expect.SameBits(expected, x.AsSpan(0, length));
            Assert.Equal(after, x[length]);
        }
    }

    [Fact]
    public void Operations_do_what_they_say_at_every_width()
    {
        Operations<VectorLanes>();
        if (Lanes512.IsSupported) Operations<Lanes512>();
    }

    private static void Operations<TLanes>()
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        int count = v.Count;
        foreach (float a in (float[])[1f, -2f, 0f, -0f, float.NaN, float.PositiveInfinity])
        {
            foreach (float b in (float[])[1f, -2f, 0f, -0f, float.NaN, float.PositiveInfinity])
            {
                (TLanes x, TLanes y) = (v.Fill(a), v.Fill(b));
                Expect.SameBits([float.IsNaN(a) || a >= b ? a : b], [First(v.Max(x, y))]);
                Expect.SameBits([float.IsNaN(a) || a <= b ? a : b], [First(v.Min(x, y))]);
                Expect.SameBits([a < b ? 3f : 4f], [First(v.Select(v.Less(x, y), v.Fill(3f), v.Fill(4f)))]);
                Expect.SameBits([a <= b ? 3f : 4f], [First(v.Select(v.LessOrEqual(x, y), v.Fill(3f), v.Fill(4f)))]);
                Expect.SameBits([a == b ? 3f : 4f], [First(v.Select(v.Equal(x, y), v.Fill(3f), v.Fill(4f)))]);
                if (!float.IsNaN(b)) Expect.SameBits([a < b ? b : a, a > b ? b : a], [First(v.AtLeast(x, y)), First(v.AtMost(x, y))]);
            }

            if (!float.IsNaN(a)) Expect.SameBits([-a, MathF.Abs(a), MathF.CopySign(5f, a)], [First(v.Negate(v.Fill(a))), First(v.Abs(v.Fill(a))), First(v.WithSign(v.Fill(5f), v.Fill(a)))]);
        }

        float[] row = new Data(5).Floats(2 * count);
        TLanes first = v.Load(ref row[0], 0);
        Assert.Equal(row.Take(count).Sum(), v.Sum(first), 1e-4f);
        Assert.Equal(row.Take(count).Max(), v.Largest(first));
        v.Sums(first, v.Load(ref row[0], count), out float sumOfFirst, out float sumOfSecond);
        Assert.Equal(row.Take(count).Sum(), sumOfFirst, 1e-4f);
        Assert.Equal(row.Skip(count).Sum(), sumOfSecond, 1e-4f);
        TLanes sum = v.Fill(0.75f);
        v.Accumulate(ref sum, first, v.Fill(3f));
        Expect.SameBits([First(v.MultiplyAdd(first, v.Fill(3f), v.Fill(0.75f)))], [First(sum)]);
        for (int lane = 0; lane < count; lane++)
        {
            Assert.True(float.IsNaN(v.Largest(v.KeepUpTo(first, lane, v.Fill(float.NaN)))));
            var kept = new float[count];
            v.Store(v.KeepUpTo(first, lane, v.Fill(9f)), ref kept[0], 0);
            Expect.SameBits([.. row.Take(lane), .. Enumerable.Repeat(9f, count - lane)], kept);
            v.Store(v.LoadUpTo(ref row[0], 0, lane), ref kept[0], 0);
            Expect.SameBits([.. row.Take(lane), .. new float[count - lane]], kept);
        }

        Expect.SameBits([6f, 3f / 8f, 3f * MathF.ScaleB(1f, -120)], [First(v.Scale(v.Fill(3f), v.Fill(1f))), First(v.Scale(v.Fill(3f), v.Fill(-3f))), First(v.Scale(v.Fill(3f), v.Fill(-120f)))]);
        Expect.SameBits([1.25f, 3f], [First(v.SplitPower(v.Fill(10f), out TLanes exponent)), First(exponent)]);

        float First(TLanes value)
        {
            var lanes = new float[count];
            v.Store(value, ref lanes[0], 0);
            return lanes[count - 1];
        }
    }

    /// <summary>Equal bits from the scalar form, Vector&lt;float&gt; and the widest vector, up to a rounding where the scalar form multiplies and adds apart.</summary>
    private static void Agree<TActivation>(TActivation activation, int scalarUlps = 0)
        where TActivation : struct, IActivation
    {
        var widest = new float[Values.Length];
        Elementwise.Map(Values, widest, activation);
        for (int i = 0; i < Values.Length; i++)
        {
            Expect.SameBits([activation.Apply(new Vector<float>(Values[i]))[0]], [widest[i]]);
            float scalar = activation.Apply(Values[i]);
            if (scalarUlps == 0 || !float.IsFinite(scalar)) Expect.SameBits([scalar], [widest[i]]);
            else Assert.Equal(scalar, widest[i], 1e-6f * MathF.Max(MathF.Abs(scalar), 1f));
        }
    }
}
