using System;
using System.Globalization;

namespace RedGen.Compiler.Graphs;

/// <summary>One dimension of a shape: a constant, a named symbol, or unknown.</summary>
public readonly struct Dimension : IEquatable<Dimension>
{
    private readonly long _valuePlusOne; // 0 (the default) is unknown

    /// <summary>A dimension of known length.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public Dimension(long value)
    {
        if (value < 0) throw new ArgumentOutOfRangeException(nameof(value));
        _valuePlusOne = value == long.MaxValue ? value : value + 1;
        Symbol = null;
        Open = null;
    }

    private Dimension(string? symbol, OpenLength? open = null)
    {
        _valuePlusOne = 0;
        Symbol = symbol;
        Open = open;
    }

    /// <summary>A dimension that is known by name only.</summary>
    public static Dimension Symbolic(string? symbol) => new(string.IsNullOrEmpty(symbol) ? null : symbol);

    /// <summary>A dimension that values of run time decide.</summary>
    public static Dimension OfRunTime(OpenLength length) => new(length.Name, length);

    /// <summary>A dimension without value and name.</summary>
    public static Dimension Unknown => default;

    /// <summary>The symbol's name, where the dimension is symbolic.</summary>
    public string? Symbol { get; }

    /// <summary>What is known of a length that values of run time decide; null for other dimensions.</summary>
    public OpenLength? Open { get; }

    /// <summary>The largest length that the dimension can have; null where nothing bounds it.</summary>
    public long? Limit => IsConstant ? Value : Open?.Limit;

    /// <summary>Whether the length is known.</summary>
    public bool IsConstant => _valuePlusOne != 0;

    /// <summary>The length.</summary>
    /// <exception cref="InvalidOperationException">The dimension is not constant.</exception>
    public long Value => IsConstant ? _valuePlusOne - 1 : throw new InvalidOperationException("The dimension is not constant.");

    /// <summary>A length is a constant dimension.</summary>
    public static implicit operator Dimension(long value) => new(value);

    /// <inheritdoc/>
    public bool Equals(Dimension other) => _valuePlusOne == other._valuePlusOne && Symbol == other.Symbol;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Dimension other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _valuePlusOne.GetHashCode();

    /// <summary>Equality by value or symbol.</summary>
    public static bool operator ==(Dimension left, Dimension right) => left.Equals(right);

    /// <summary>Inequality by value or symbol.</summary>
    public static bool operator !=(Dimension left, Dimension right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => IsConstant ? Value.ToString(CultureInfo.InvariantCulture) : Symbol ?? "?";
}
