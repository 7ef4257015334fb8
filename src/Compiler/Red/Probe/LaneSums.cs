using System.Numerics;

namespace RedGen.Compiler.Red.Probe;

/// <summary>Sums whose result is the same whatever the width of the machine's vectors: always in eight lanes, then pairwise.</summary>
internal static class LaneSums
{
    private const int Lanes = 8;

    /// <summary>Σ x[a + i] · x[b + i].</summary>
    public static float Dot(float[] x, int a, int b, int count) => Dot(x, a, x, b, count);

    /// <summary>Σ x[a + i] · y[b + i].</summary>
    public static float Dot(float[] x, int a, float[] y, int b, int count)
        => Vector<float>.Count == Lanes ? DotVector(x, a, y, b, count) : DotScalar(x, a, y, b, count);

    /// <summary>target[i] += factor · x[start + i].</summary>
    public static void AddScaled(float[] target, float factor, float[] x, int start)
    {
        int i = 0;
        var factors = new Vector<float>(factor);
        for (; i <= target.Length - Vector<float>.Count; i += Vector<float>.Count) (new Vector<float>(target, i) + (factors * new Vector<float>(x, start + i))).CopyTo(target, i);
        for (; i < target.Length; i++) target[i] += factor * x[start + i];
    }

    /// <summary>The sum on any machine.</summary>
    internal static float DotScalar(float[] x, int a, float[] y, int b, int count)
    {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        int i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            s0 += x[a + i] * y[b + i];
            s1 += x[a + i + 1] * y[b + i + 1];
            s2 += x[a + i + 2] * y[b + i + 2];
            s3 += x[a + i + 3] * y[b + i + 3];
            s4 += x[a + i + 4] * y[b + i + 4];
            s5 += x[a + i + 5] * y[b + i + 5];
            s6 += x[a + i + 6] * y[b + i + 6];
            s7 += x[a + i + 7] * y[b + i + 7];
        }

        float sum = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
        for (; i < count; i++) sum += x[a + i] * y[b + i];
        return sum;
    }

    /// <summary>The sum on a machine whose vectors are the eight lanes.</summary>
    internal static float DotVector(float[] x, int a, float[] y, int b, int count)
    {
        Vector<float> lanes = default;
        int i = 0;
        for (; i <= count - Lanes; i += Lanes) lanes += new Vector<float>(x, a + i) * new Vector<float>(y, b + i);
        float sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
        for (; i < count; i++) sum += x[a + i] * y[b + i];
        return sum;
    }
}
