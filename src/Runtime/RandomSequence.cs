#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Pseudo-random numbers, the same on every machine (SplitMix64; Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).</summary>
public struct RandomSequence
{
    private ulong _state;

    /// <summary>Begins a sequence.</summary>
    /// <param name="seed">Where it begins.</param>
    public RandomSequence(ulong seed) => _state = seed;

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

    /// <summary>Uniform in [0, 1), a multiple of 2^−bits.</summary>
    public double NextUnit(int bits) => (Next() >> (64 - bits)) * (1d / (1UL << bits));

    /// <summary>Standard normal (Box and Muller: A note on the generation of random normal deviates, 1958).</summary>
    public double NextNormal()
    {
        double radius = Math.Sqrt(-2d * Math.Log(1d - NextUnit(53)));
        return radius * Math.Cos(2d * Math.PI * NextUnit(53));
    }
}
