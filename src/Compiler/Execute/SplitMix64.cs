namespace RedGen.Compiler.Execute;

/// <summary>Pseudo-random numbers that are the same on every machine and runtime (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).</summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        unchecked
        {
            ulong z = _state += 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextUnit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, 1), a multiple of 2^−bits.</summary>
    public double NextUnit(int bits) => (Next() >> (64 - bits)) * (1.0 / (1UL << bits));

    /// <summary>Standard normal (Box and Muller: A note on the generation of random normal deviates, 1958).</summary>
    public double NextGaussian()
    {
        double radius = System.Math.Sqrt(-2 * System.Math.Log(1 - NextUnit(53)));
        return radius * System.Math.Cos(2 * System.Math.PI * NextUnit(53));
    }

    /// <summary>Uniform in 0 … count − 1.</summary>
    public int NextIndex(int count) => (int)(NextUnit() * count);

    /// <summary>
    /// Nearly standard normal: the sum of twelve uniform numbers less six. Additions only, so that no machine's logarithm or sine decides
    /// a bit of the result.
    /// </summary>
    public double NextNormal()
    {
        double sum = -6;
        for (int i = 0; i < 12; i++) sum += NextUnit();
        return sum;
    }
}
