using System;

namespace RedGen.Runtime.Tests;

/// <summary>Deterministic numbers for the tests.</summary>
internal sealed class Data
{
    private ulong _state;

    internal Data(int seed) => _state = unchecked(((ulong)seed * 0x9E3779B97F4A7C15UL) + 0x1234567);

    /// <summary>An integer in [low, high].</summary>
    internal int Next(int low, int high) => low + (int)(Bits() % (ulong)(high - low + 1));

    /// <summary>Floats in [−scale, scale).</summary>
    internal float[] Floats(int count, float scale = 1f)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (((Bits() >> 40) / 8388608f) - 1f) * scale;
        }

        return values;
    }

    /// <summary>A workspace full of NaN: a kernel that reads what it did not write shows.</summary>
    internal static float[] Dirty(int count)
    {
        float[] values = new float[count];
        Array.Fill(values, float.NaN);
        return values;
    }

    // SplitMix64.
    private ulong Bits()
    {
        unchecked
        {
            ulong z = _state += 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }
}
