using Xunit;

namespace RedGen.Package.Tests;

/// <summary>All tests of the package share one feed: two packs at a time would write the same files.</summary>
[CollectionDefinition(Name)]
public sealed class PackedFeedCollection : ICollectionFixture<PackedFeed>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Packed feed";
}
