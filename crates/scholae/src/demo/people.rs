//! The people of the demo school.

/// First and last name, and where they live.
pub const PEOPLE: [(&str, &str, &str); 48] = [
    ("Amara", "Okafor", "Nigeria"),
    ("Ben", "Whitaker", "Canada"),
    ("Carla", "Mendes", "Portugal"),
    ("Dmitri", "Ivanov", "Latvia"),
    ("Elif", "Yilmaz", "Turkey"),
    ("Farah", "Haddad", "Jordan"),
    ("Giorgio", "Conti", "Italy"),
    ("Hana", "Sato", "Japan"),
    ("Isaac", "Mwangi", "Kenya"),
    ("Jana", "Nováková", "Czechia"),
    ("Karim", "Bensaïd", "Morocco"),
    ("Lena", "Hoffmann", "Germany"),
    ("Mateo", "García", "Spain"),
    ("Nadia", "Petrova", "Bulgaria"),
    ("Oscar", "Lindqvist", "Sweden"),
    ("Priya", "Raman", "India"),
    ("Quentin", "Dubois", "France"),
    ("Rosa", "Jiménez", "Mexico"),
    ("Samuel", "Adeyemi", "Nigeria"),
    ("Tara", "O'Connell", "Ireland"),
    ("Umar", "Siddiqui", "Pakistan"),
    ("Vera", "Kovács", "Hungary"),
    ("Wei", "Zhang", "Singapore"),
    ("Ximena", "Rojas", "Chile"),
    ("Yusuf", "Demir", "Turkey"),
    ("Zoë", "van Dijk", "Netherlands"),
    ("Alba", "Ferrer", "Spain"),
    ("Bruno", "Almeida", "Brazil"),
    ("Chiara", "Russo", "Italy"),
    ("Daniel", "Kim", "South Korea"),
    ("Esther", "Boateng", "Ghana"),
    ("Felix", "Brandt", "Austria"),
    ("Grace", "Nakamura", "Canada"),
    ("Hugo", "Larsen", "Norway"),
    ("Ines", "Carvalho", "Portugal"),
    ("Jamal", "Robinson", "United States"),
    ("Katya", "Melnyk", "Ukraine"),
    ("Liam", "Murphy", "Ireland"),
    ("Maya", "Cohen", "Israel"),
    ("Noor", "Rahman", "Bangladesh"),
    ("Olivia", "Taylor", "Australia"),
    ("Pavel", "Dvořák", "Czechia"),
    ("Ruth", "Mbeki", "South Africa"),
    ("Sofia", "Papadopoulou", "Greece"),
    ("Tomasz", "Wiśniewski", "Poland"),
    ("Uma", "Krishnan", "India"),
    ("Viktor", "Nilsen", "Norway"),
    ("Wanjiru", "Kamau", "Kenya"),
];

/// A name as it stands in an address: lower case, without marks on its letters.
#[must_use]
pub fn plain(name: &str) -> String {
    let plain = |c: char| match c {
        'á' | 'à' | 'ä' | 'â' => 'a',
        'é' | 'è' | 'ë' | 'ê' => 'e',
        'í' | 'ï' => 'i',
        'ó' | 'ö' => 'o',
        'ú' | 'ü' => 'u',
        'ř' => 'r',
        'ś' => 's',
        other => other,
    };
    name.to_lowercase().chars().map(plain).filter(|c| c.is_ascii_alphanumeric()).collect()
}
