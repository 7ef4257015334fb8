#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>
/// The tables for one length. Powers of two are halved again and again (Cooley, Tukey, 1965); short lines are summed up; other lengths are a
/// convolution with a chirp, which powers of two compute (Bluestein, 1970).
/// </summary>
internal sealed class FourierPlan
{
    private const int LongestSum = 64;

    private readonly int _length;
    private readonly double[] _roots = [];
    private readonly double[] _chirp = [];
    private readonly double[] _chirpSpectrum = [];
    private readonly FourierPlan? _halving;

    /// <summary>Makes the tables.</summary>
    public FourierPlan(int length)
    {
        _length = length;
        if (IsPowerOfTwo(length) || length <= LongestSum)
        {
            _roots = new double[2 * length];
            for (int k = 0; k < length; k++) SetRoot(_roots, k, -2d * Math.PI * k / length);
            return;
        }

        int padded = 1;
        while (padded < (2 * length) - 1) padded *= 2;
        _halving = FourierTransform.PlanOf(padded);
        _chirp = new double[2 * length];
        _chirpSpectrum = new double[2 * padded];
        for (int k = 0; k < length; k++)
        {
            // The square modulo two turns: an angle of a large number would lose its last bits.
            SetRoot(_chirp, k, -Math.PI * ((long)k * k % (2L * length)) / length);
            int mirrored = k == 0 ? 0 : padded - k;
            _chirpSpectrum[2 * k] = _chirpSpectrum[2 * mirrored] = _chirp[2 * k];
            _chirpSpectrum[(2 * k) + 1] = _chirpSpectrum[(2 * mirrored) + 1] = -_chirp[(2 * k) + 1];
        }

        _halving.Run(_chirpSpectrum, default);
    }

    /// <summary>Replaces a line by its transform.</summary>
    public void Run(Span<double> line, Span<double> scratch)
    {
        if (_halving is not null) Convolve(line, scratch.Slice(0, _chirpSpectrum.Length), _halving);
        else if (IsPowerOfTwo(_length)) Halve(line);
        else Sum(line, scratch.Slice(0, line.Length));
    }

    private static bool IsPowerOfTwo(int length) => (length & (length - 1)) == 0;

    private static void SetRoot(double[] roots, int k, double angle)
    {
        roots[2 * k] = Math.Cos(angle);
        roots[(2 * k) + 1] = Math.Sin(angle);
    }

    private void Sum(Span<double> line, Span<double> copy)
    {
        line.CopyTo(copy);
        for (int k = 0; k < _length; k++)
        {
            double real = 0d;
            double imaginary = 0d;
            int turn = 0;
            for (int j = 0; j < _length; j++)
            {
                double cos = _roots[2 * turn];
                double sin = _roots[(2 * turn) + 1];
                real += (copy[2 * j] * cos) - (copy[(2 * j) + 1] * sin);
                imaginary += (copy[2 * j] * sin) + (copy[(2 * j) + 1] * cos);
                turn += k;
                if (turn >= _length) turn -= _length;
            }

            line[2 * k] = real;
            line[(2 * k) + 1] = imaginary;
        }
    }

    private void Halve(Span<double> line)
    {
        ReverseBits(line);
        for (int size = 2; size <= _length && size > 0; size = unchecked(size * 2))
        {
            int half = size / 2;
            int stride = _length / size;
            for (int start = 0; start < _length; start += size)
            {
                for (int k = 0; k < half; k++)
                {
                    int even = 2 * (start + k);
                    int odd = even + size;
                    double cos = _roots[2 * k * stride];
                    double sin = _roots[(2 * k * stride) + 1];
                    double real = (line[odd] * cos) - (line[odd + 1] * sin);
                    double imaginary = (line[odd] * sin) + (line[odd + 1] * cos);
                    line[odd] = line[even] - real;
                    line[odd + 1] = line[even + 1] - imaginary;
                    line[even] += real;
                    line[even + 1] += imaginary;
                }
            }
        }
    }

    private void ReverseBits(Span<double> line)
    {
        int target = 0;
        for (int i = 0; i < _length; i++)
        {
            if (target > i)
            {
                (line[2 * i], line[2 * target]) = (line[2 * target], line[2 * i]);
                (line[(2 * i) + 1], line[(2 * target) + 1]) = (line[(2 * target) + 1], line[(2 * i) + 1]);
            }

            // Adds one to the number whose lowest bit is the highest.
            int bit = _length >> 1;
            while (bit > 0 && (target & bit) != 0)
            {
                target ^= bit;
                bit >>= 1;
            }

            target |= bit;
        }
    }

    private void Convolve(Span<double> line, Span<double> padded, FourierPlan halving)
    {
        padded.Clear();
        MultiplyBy(line, _chirp, padded);
        halving.Run(padded, default);
        MultiplyBy(padded, _chirpSpectrum, padded);
        for (int i = 1; i < padded.Length; i += 2) padded[i] = -padded[i];
        halving.Run(padded, default);
        double count = padded.Length / 2;
        for (int i = 0; i < line.Length; i += 2)
        {
            padded[i] /= count;
            padded[i + 1] /= -count;
        }

        MultiplyBy(padded.Slice(0, line.Length), _chirp, line);
    }

    private static void MultiplyBy(ReadOnlySpan<double> a, double[] b, Span<double> product)
    {
        for (int i = 0; i < a.Length; i += 2)
        {
            double real = (a[i] * b[i]) - (a[i + 1] * b[i + 1]);
            double imaginary = (a[i] * b[i + 1]) + (a[i + 1] * b[i]);
            product[i] = real;
            product[i + 1] = imaginary;
        }
    }
}
